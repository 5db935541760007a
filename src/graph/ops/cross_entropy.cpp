#include <algorithm>
#include <limits>

#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view cross_entropy_name = "cross_entropy";

void check(const CrossEntropy::Spec& spec) {
  graph::expect_between(cross_entropy_name, "label_smoothing", spec.label_smoothing, 0.0, 1.0);
  for (const double weight : spec.class_weights) {
    graph::expect_between(cross_entropy_name, "class weights", weight, 0.0,
                          static_cast<double>(std::numeric_limits<float>::max()));
  }
  const auto positive = [](double weight) { return weight > 0; };
  if (!spec.class_weights.empty() && std::ranges::none_of(spec.class_weights, positive)) {
    throw BadInput("cross_entropy needs at least one class weight above 0, found none");
  }
}

}  // namespace

Attributes CrossEntropy::attributes() const {
  Attributes all;
  all.set("label_smoothing", spec.label_smoothing);
  all.set("class_weights", spec.class_weights);
  return all;
}

TensorSpec CrossEntropy::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  graph::expect_count(cross_entropy_name, inputs, 2);
  const TensorSpec& logits = inputs[0];
  const TensorSpec& targets = inputs[1];
  graph::expect_real(cross_entropy_name, logits);
  graph::expect_rank(cross_entropy_name, logits, 2, "(N, classes) of scores");
  const bool numbers = targets.dtype == DType::i64 && targets.shape == Shape{logits.shape[0]};
  const bool probabilities = targets.dtype == DType::f32 && targets.shape == logits.shape;
  if (!numbers && !probabilities) {
    throw BadInput("cross_entropy needs class numbers (" + std::to_string(logits.shape[0]) +
                   ") of i64 or probabilities " + logits.shape.str() + " of f32 beside scores " +
                   logits.shape.str() + ", found " + targets.shape.str() + " of " +
                   std::string(name_of(targets.dtype)));
  }
  const auto weights = static_cast<std::int64_t>(spec.class_weights.size());
  if (weights != 0 && weights != logits.shape[1]) {
    throw BadInput("cross_entropy needs a class weight for each of " + std::to_string(logits.shape[1]) +
                   " classes, found " + std::to_string(weights));
  }
  return {DType::f32, Shape{1}};
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_cross_entropy(OpRegistry& registry) {
  registry.add_built_in(ops::cross_entropy_name, [](const Attributes& given) {
    ops::CrossEntropy::Spec spec{.label_smoothing = given.real("label_smoothing"),
                                 .class_weights = given.reals("class_weights")};
    ops::check(spec);
    return std::make_shared<const ops::CrossEntropy>(std::move(spec));
  });
}

}  // namespace lehr::graph
