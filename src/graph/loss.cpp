#include "lehr/graph/loss.hpp"

#include <fmt/format.h>

#include "graph/losses.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

constexpr const char* node_name = "lehr.loss";

graph::LossRegistry& loss_registry() {
  static graph::LossRegistry losses({"loss", "lehr::register_loss"}, graph::register_all_losses);
  return losses;
}

class OpLoss final : public Loss {
 public:
  explicit OpLoss(std::shared_ptr<const Op> op) : op_(std::move(op)) {}
  std::string_view name() const override { return op_->type(); }
  Attributes attributes() const override { return op_->attributes(); }
  NodeId add_to(Graph& graph, NodeId scores, NodeId targets) const override {
    return graph.add_op(op_, {scores, targets}, node_name);
  }

 private:
  std::shared_ptr<const Op> op_;
};

void refuse_unknown(const Loss& loss, const Attributes& given) {
  const Attributes known = loss.attributes();
  for (const auto& [name, value] : given) {
    if (!known.contains(name)) {
      throw BadInput(fmt::format("the loss {} has no setting {}", loss.name(), in_quotes(name)));
    }
  }
}

}  // namespace

std::shared_ptr<const Loss> loss_of(std::shared_ptr<const Op> op) {
  if (!op) throw BadInput("a loss needs an operation, found none");
  return std::make_shared<const OpLoss>(std::move(op));
}

void register_loss(const std::string& name, LossFactory make) {
  if (!make) throw BadInput(fmt::format("the loss {} needs a function that makes it", in_quotes(name)));
  loss_registry().add(name, std::move(make));
}

std::vector<std::string> loss_names() { return loss_registry().names(); }

std::shared_ptr<const Loss> make_loss(std::string_view name, const Attributes& attributes) {
  const LossFactory& factory = loss_registry().at(name);
  try {
    std::shared_ptr<const Loss> loss = factory(attributes);
    if (!loss || loss->name() != name) {
      throw Error(fmt::format("what is registered as {} made {}", in_quotes(name),
                              loss ? in_quotes(loss->name()) : std::string("nothing")));
    }
    refuse_unknown(*loss, attributes);
    return loss;
  } catch (const BadInput&) {
    throw;
  } catch (const Error& error) {
    throw BadInput(fmt::format("the loss {}: {}", name, error.what()));
  }
}

LossGraph with_loss(const Graph& classifier, const Loss& loss, bool soft) {
  LossGraph made{classifier, classifier.output()};
  const TensorSpec targets = soft ? classifier.node(made.scores).output : TensorSpec{DType::i64, {1}};
  made.targets = made.graph.input("lehr.targets", targets);
  const NodeId output = loss.add_to(made.graph, made.scores, made.targets);
  const TensorSpec& found = made.graph.node(output).output;
  if (found != TensorSpec{DType::f32, Shape{1}}) {
    throw BadInput(fmt::format("the loss {} should give one f32 number, found {} of shape {}", loss.name(),
                               name_of(found.dtype), found.shape.str()));
  }
  made.graph.set_output(output);
  return made;
}

}  // namespace lehr
