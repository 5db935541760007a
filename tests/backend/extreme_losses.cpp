#include <limits>

#include "backend/extreme_case.hpp"

namespace lehr::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Scores {
  std::string name;
  std::vector<float> logits;
  std::int64_t samples = 5;
  std::int64_t classes = 7;
  double smoothing = 0;
  std::vector<double> weights = {};
};

ExtremeCase cross_entropy(const Scores& scores) {
  OpCase made = training_case("extreme_cross_entropy_" + scores.name, "cross_entropy",
                              {{"label_smoothing", scores.smoothing}, {"class_weights", scores.weights}},
                              {floats({scores.samples, scores.classes}), {DType::i64, Shape{scores.samples}}},
                              Shape{1});
  made.input_fills = {choices(scores.logits)};
  made.output_grad_fill = all(1);
  return {.op_case = made, .of_largest = 5e-7};
}

ExtremeCase soft_cross_entropy(Scores scores, const std::vector<float>& targets) {
  scores.name = "soft_" + scores.name;
  ExtremeCase made = cross_entropy(scores);
  made.op_case.spec.inputs[1] = floats({scores.samples, scores.classes});
  made.op_case.spec.input_grads = {true, false};
  made.op_case.input_fills.push_back(choices(targets));
  return made;
}

ExtremeCase smoothed(Scores scores) {
  scores.name += "_smooth";
  scores.smoothing = 0.1;
  return cross_entropy(scores);
}

ExtremeCase non_finite(ExtremeCase made) {
  made.finite = false;
  return made;
}

ExtremeCase mse(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  OpCase made = training_case("extreme_mse_" + name, "mse", {}, {floats(shape), floats(shape)}, Shape{1});
  made.input_fills = {choices(values), choices(values)};
  made.output_grad_fill = all(1);
  return {.op_case = made};
}

const std::vector<Scores> of_each_size{{"equal_1e4", {1e4F}},
                                       {"equal_1e6", {1e6F}},
                                       {"equal_1e8", {1e8F}},
                                       {"equal_1e18", {1e18F}},
                                       {"equal_1e38", {1e38F}},
                                       {"near_50", {50, 49.5F, 51.25F, 47}},
                                       {"near_minus_50", {-50, -49.5F, -51.25F, -47}},
                                       {"near_1e4", {1e4F, 10000.5F, 9999.25F}},
                                       {"near_1e8", {1e8F, 100000008.F, 99999992.F}},
                                       {"of_1e4", {1e4F, -1e4F}},
                                       {"of_1e18", {1e18F, -1e18F, 3e17F}},
                                       {"of_1e38", {1e38F, -1e38F}},
                                       {"of_1e_38", {1e-38F, -1e-38F, 0}},
                                       {"zero", {0}}};

}  // namespace

std::vector<ExtremeCase> extreme_losses() {
  std::vector<ExtremeCase> list;
  for (const Scores& scores : of_each_size) {
    list.push_back(cross_entropy(scores));
    list.push_back(smoothed(scores));
    list.push_back(soft_cross_entropy(scores, {0.25F, 0.125F, 1}));
  }
  const std::vector<float> some{-2, 0.5F, 3};
  const std::vector<double> weights{0.5, 2, 1.25};
  list.push_back(smoothed({.name = "one_class", .logits = some, .classes = 1}));
  list.push_back(smoothed({.name = "one_class_weighted", .logits = some, .classes = 1, .weights = {0.3}}));
  list.push_back(
      soft_cross_entropy({.name = "one_class", .logits = some, .classes = 1, .smoothing = 0.1}, {1}));
  list.push_back(cross_entropy({.name = "one_sample", .logits = {60, -60}, .samples = 1}));
  list.push_back(soft_cross_entropy({.name = "one_hot", .logits = {50, 51, 48.5F}, .classes = 2}, {0, 1}));
  list.push_back(soft_cross_entropy({.name = "mixed", .logits = {1e6F, -1e6F}}, {0.75F, 0.25F, 0}));
  list.push_back(
      smoothed({.name = "weighted", .logits = {1e6F, 1e6F + 2, 0}, .classes = 3, .weights = weights}));
  list.push_back(smoothed({.name = "many_classes", .logits = {3e3F, 3e3F + 1, 2990}, .classes = 3000}));
  const std::vector<float> masked{-infinity, 1, 2};
  list.push_back(non_finite(cross_entropy({.name = "masked", .logits = masked})));
  list.push_back(non_finite(cross_entropy({.name = "infinite", .logits = {infinity, 1, 2}})));
  list.push_back(non_finite(cross_entropy({.name = "nan", .logits = {nan, 1, 2, 3, 4, 5}})));
  list.push_back(non_finite(soft_cross_entropy({.name = "masked", .logits = masked}, {0.5F, 0.25F})));
  list.push_back(
      non_finite(soft_cross_entropy({.name = "nan", .logits = {nan, 1, 2, 3, 4, 5}}, {0.5F, 0.25F})));
  list.push_back(non_finite(soft_cross_entropy(
      {.name = "nan_targets", .logits = some, .classes = 3, .weights = weights}, {nan, 0.5F, 0.25F})));
  list.push_back(mse("equal", {5, 17}, {3.7F}));
  list.push_back(mse("of_1e18", {5, 17}, {1e18F, -1e18F, 0}));
  list.push_back(mse("of_1e19", {5, 17}, {8e18F, -8e18F}));
  list.push_back(mse("of_1e38", {5, 17}, {1e38F, -1e38F}));
  list.push_back(mse("of_1e_18", {5, 17}, {1e-18F, -1e-18F}));
  list.push_back(mse("far", {5, 17}, {1e6F, 1e6F + 1}));
  list.push_back(mse("many", {45, 1000}, {0.1F, 0.3F}));
  return list;
}

}  // namespace lehr::test
