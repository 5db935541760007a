#include "lehr/graph/op_registry.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "graph/checks.hpp"
#include "graph/ops.hpp"

namespace lehr {
namespace {

class Factories final : public OpRegistry {
 public:
  Factories() { graph::register_all_ops(*this); }

  void add(std::string_view type, Factory factory) override {
    factories_.insert_or_assign(std::string(type), std::move(factory));
  }

  const Factory& find(std::string_view type) const {
    const auto found = factories_.find(type);
    if (found != factories_.end()) return found->second;
    std::vector<std::string> valid;
    for (const auto& entry : factories_) valid.push_back(entry.first);
    throw unknown_name("operation", printable(type), valid);
  }

 private:
  std::map<std::string, Factory, std::less<>> factories_;
};

// What an op would not write itself, it was not meant to read: a misspelt or a newer version's setting.
void refuse_unknown(const Op& op, const Attributes& given) {
  const Attributes known = op.attributes();
  for (const auto& [name, value] : given) {
    if (!known.contains(name)) {
      throw BadInput(fmt::format("{} has no attribute {}", op.type(), in_quotes(name)));
    }
  }
}

}  // namespace

std::shared_ptr<const Op> make_op(std::string_view type, const Attributes& attributes) {
  static const Factories factories;
  const OpRegistry::Factory& factory = factories.find(type);
  try {
    std::shared_ptr<const Op> op = factory(attributes);
    refuse_unknown(*op, attributes);
    return op;
  } catch (const BadInput&) {
    throw;
  } catch (const Error& error) {
    throw BadInput(fmt::format("{}: {}", type, error.what()));
  }
}

}  // namespace lehr
