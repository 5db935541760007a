#include "lehr/graph/op_registry.hpp"

#include <fmt/format.h>

#include "graph/checks.hpp"
#include "graph/json_format.hpp"
#include "graph/ops.hpp"

namespace lehr {
namespace {

constexpr RegistryWords words{"operation", "lehr::register_op"};

graph::OpRegistry& op_registry() {
  static graph::OpRegistry operations(words, graph::register_all_ops);
  return operations;
}

// Throws if the op would not write such an attribute itself. It may be a misspelt setting or one of
// a newer version.
void refuse_unknown(const Op& op, const Attributes& given) {
  const Attributes known = op.attributes();
  for (const auto& [name, value] : given) {
    if (!known.contains(name)) {
      throw BadInput(fmt::format("{} has no attribute {}", op.type(), in_quotes(name)));
    }
  }
}

}  // namespace

void register_op_type(const std::string& type, OpFactory make) {
  if (!make) throw BadInput(fmt::format("the operation {} needs a function that makes it", in_quotes(type)));
  if (type == graph::input_type) {  // the type of a graph's inputs in JSON
    throw detail::name_is_taken(words, type, true);
  }
  op_registry().add(type, std::move(make));
}

std::vector<std::string> op_types() { return op_registry().names(); }

std::shared_ptr<const Op> make_op(std::string_view type, const Attributes& attributes) {
  const OpFactory& factory = op_registry().at(type);
  try {
    std::shared_ptr<const Op> op = factory(attributes);
    if (!op || op->type() != type) {
      throw Error(fmt::format("what is registered as {} made {}", in_quotes(type),
                              op ? in_quotes(op->type()) : std::string("nothing")));
    }
    refuse_unknown(*op, attributes);
    return op;
  } catch (const BadInput&) {
    throw;
  } catch (const Error& error) {
    throw BadInput(fmt::format("{}: {}", type, error.what()));
  }
}

}  // namespace lehr
