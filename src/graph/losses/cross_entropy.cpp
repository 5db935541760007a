#include "graph/losses.hpp"
#include "lehr/graph/op_registry.hpp"

namespace lehr {
namespace {

constexpr std::string_view loss_name = "cross_entropy";

class CrossEntropyMean final : public Loss {
 public:
  explicit CrossEntropyMean(ops::CrossEntropy op) : op_(std::move(op)) {}
  std::string_view name() const override { return loss_name; }
  Attributes attributes() const override { return op_.attributes(); }
  NodeId add_to(Graph& graph, NodeId scores, NodeId targets) const override {
    return graph.add(op_, {scores, targets}, "lehr.loss");
  }
  std::span<const double> class_weights() const override { return op_.spec.class_weights; }

 private:
  ops::CrossEntropy op_;
};

}  // namespace

std::shared_ptr<const Loss> cross_entropy_loss(const ops::CrossEntropy::Spec& spec) {
  return std::make_shared<const CrossEntropyMean>(ops::CrossEntropy(spec));
}

namespace graph {

void register_cross_entropy(LossRegistry& registry) {
  registry.add_built_in(loss_name, [](const Attributes& given) {
    ops::CrossEntropy::Spec spec;
    if (given.contains("label_smoothing")) spec.label_smoothing = given.real("label_smoothing");
    if (given.contains("class_weights")) spec.class_weights = given.reals("class_weights");
    const ops::CrossEntropy op(std::move(spec));
    make_op(loss_name, op.attributes());  // throws if a setting is out of range
    return std::make_shared<const CrossEntropyMean>(op);
  });
}

}  // namespace graph
}  // namespace lehr
