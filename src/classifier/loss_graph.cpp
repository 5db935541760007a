#include "classifier/loss_graph.hpp"

namespace lehr {

LossGraph with_loss(const Graph& classifier, const ops::CrossEntropy::Spec& loss, bool soft) {
  LossGraph made{classifier, classifier.output()};
  const TensorSpec targets = soft ? classifier.node(made.scores).output : TensorSpec{DType::i64, {1}};
  made.targets = made.graph.input("lehr.targets", targets);
  made.graph.set_output(made.graph.add(ops::CrossEntropy(loss), {made.scores, made.targets}, "lehr.loss"));
  return made;
}

}  // namespace lehr
