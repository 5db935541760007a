#include "backend/op_case.hpp"

namespace lehr::test {
namespace {

struct CrossEntropySettings {
  double label_smoothing = 0;
  std::vector<double> class_weights = {};
  float logit_scale = 4;
};

OpCase cross_entropy(const std::string& name, std::int64_t batch, std::int64_t classes,
                     const CrossEntropySettings& settings = {}) {
  OpCase made = training_case(
      "cross_entropy_" + name, "cross_entropy",
      {{"label_smoothing", settings.label_smoothing}, {"class_weights", settings.class_weights}},
      {floats({batch, classes}), {DType::i64, Shape{batch}}}, Shape{1});
  made.input_fills = {{.scale = settings.logit_scale}};
  made.terms = static_cast<double>(batch * classes);
  return made;
}

/// Cases with class probabilities. As in PyTorch, they need not sum to one.
OpCase soft_cross_entropy(const std::string& name, std::int64_t batch, std::int64_t classes,
                          const CrossEntropySettings& settings = {}) {
  OpCase made = cross_entropy("soft_" + name, batch, classes, settings);
  made.spec.inputs[1] = floats({batch, classes});
  made.spec.input_grads = {true, false};
  made.input_fills = {{.scale = settings.logit_scale}, {.scale = 1}};
  return made;
}

OpCase mse(const std::string& name, const Shape& shape) {
  OpCase made = training_case("mse_" + name, "mse", {}, {floats(shape), floats(shape)}, Shape{1});
  made.terms = static_cast<double>(shape.numel());
  return made;
}

/// Shares from 0 to 1. The weight of a batch is the sum of its targets' weights, and must not be
/// negative.
OpCase weighted_soft_cross_entropy(const std::string& name, const CrossEntropySettings& settings) {
  OpCase made = soft_cross_entropy(name, 7, 3, settings);
  made.input_fills[1].offset = 0.5F;
  return made;
}

std::vector<OpCase> loss_cases() {
  const std::vector<double> weights{0.5, 2, 1.25};
  OpCase one_side = mse("first_grad_only", {3, 5});
  one_side.spec.input_grads = {true, false};
  OpCase saturated = cross_entropy("saturated", 5, 10, {.logit_scale = 512});
  saturated.finite_differences = false;
  return {cross_entropy("plain", 5, 10),
          cross_entropy("one", 1, 17),
          cross_entropy("one_class", 3, 1),
          cross_entropy("many", 33, 10),
          cross_entropy("smooth", 5, 10, {.label_smoothing = 0.1}),
          cross_entropy("weighted", 7, 3, {.class_weights = weights}),
          cross_entropy("weighted_smooth", 7, 3, {.label_smoothing = 0.2, .class_weights = weights}),
          saturated,
          evaluated(cross_entropy("plain", 3, 100)),
          soft_cross_entropy("plain", 5, 10),
          soft_cross_entropy("many", 133, 10),
          soft_cross_entropy("smooth", 5, 10, {.label_smoothing = 0.1}),
          weighted_soft_cross_entropy("weighted", {.class_weights = {10, 10, 10}}),
          weighted_soft_cross_entropy("weighted_smooth", {.label_smoothing = 0.2, .class_weights = weights}),
          evaluated(soft_cross_entropy("plain", 3, 100)),
          mse("rows", {5, 17}),
          mse("image", {1, 3, 4, 5}),
          mse("one", {1, 1}),
          one_side,
          evaluated(mse("rows", {5, 17}))};
}

const CaseList loss_list{loss_cases()};

}  // namespace
}  // namespace lehr::test
