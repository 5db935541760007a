#include <limits>

#include "backend/extreme_case.hpp"

namespace lehr::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float denormal = std::numeric_limits<float>::denorm_min();

struct GeneralRelu {
  double leak = 0.125;
  double subtract = 0.25;
  double clamp = 0.5;
};

std::vector<float> of_both_signs(const std::vector<float>& sizes) {
  std::vector<float> values = sizes;
  for (const float size : sizes) values.push_back(-size);
  return values;
}

Attributes attributes(const std::string& kind, const GeneralRelu& settings) {
  return {
      {"kind", kind}, {"leak", settings.leak}, {"subtract", settings.subtract}, {"clamp", settings.clamp}};
}

ExtremeCase activation(const std::string& name, const std::string& kind, const GeneralRelu& settings = {}) {
  const Shape size{10, 64};
  OpCase made = training_case("extreme_" + kind + "_" + name, "activation", attributes(kind, settings),
                              {floats(size)}, size);
  made.input_fills = {choices(of_both_signs(
      {0, denormal, 1e-38F, 1e-20F, 1e-7F, 0.75F, 3, 13, 20, 88, 89, 104, 1e4F, 1e18F, 1e38F, 3.4e38F}))};
  made.output_grad_fill = choices({1, -1});
  // gelu's tail is the exponential of a rounded sum near 90, so its relative error is larger.
  return {.op_case = made, .output_relative = kind == "gelu" ? 2e-5 : 1e-6};
}

ExtremeCase non_finite(const std::string& kind) {
  ExtremeCase made = activation("non_finite", kind);
  made.op_case.input_fills = {choices({infinity, -infinity, nan, 1, -1, 0})};
  made.finite = false;
  return made;
}

const std::vector<float> around_kinks =
    of_both_signs({0, 1e-30F, 1e-20F, 1e-10F, 1e-7F, 0.25F, 0.5F, 0.75F, 5, 100});

/// After a convolution that multiplies by 1. The kernel overwrites the activation's input.
ExtremeCase behind_conv(const FusedActivation& fused) {
  const std::vector<std::int64_t> one{1, 1};
  const Shape size{3, 1, 6, 5};
  OpCase made = training_case("extreme_conv2d", "conv2d",
                              {{"out_channels", std::int64_t{1}},
                               {"kernel", one},
                               {"stride", one},
                               {"padding", std::vector<std::int64_t>{0, 0}},
                               {"dilation", one},
                               {"groups", std::int64_t{1}},
                               {"bias", true}},
                              {floats(size)}, size, {{1, 1, 1, 1}, {1}});
  made.input_fills = {choices(around_kinks)};
  made.parameter_fills = {all(1), all(0)};
  return {.op_case = activated(made, fused), .of_largest = 1e-6};
}

ExtremeCase behind_linear(const FusedActivation& fused) {
  const Shape size{90, 1};
  OpCase made = training_case("extreme_linear", "linear", {{"out_features", std::int64_t{1}}, {"bias", true}},
                              {floats(size)}, size, {{1, 1}, {1}});
  made.input_fills = {choices(around_kinks)};
  made.parameter_fills = {all(1), all(0)};
  return {.op_case = activated(made, fused), .of_largest = 1e-6};
}

ExtremeCase behind_add(const FusedActivation& fused) {
  const Shape size{9, 10};
  OpCase made = training_case("extreme_add", "add", {}, {floats(size), floats(size)}, size);
  made.input_fills = {choices(around_kinks), all(0)};
  return {.op_case = activated(made, fused), .of_largest = 1e-6};
}

/// In evaluation this is the identity, except for its eps of 0.
ExtremeCase behind_batch_norm(const FusedActivation& fused) {
  const Shape size{9, 10};
  OpCase made = training_case("extreme_batch_norm", "batch_norm",
                              {{"eps", 0.0}, {"momentum", 0.1}, {"zero_init", false}}, {floats(size)}, size,
                              {{10}, {10}, {10}, {10}});
  made.states = 2;
  made.input_fills = {choices(around_kinks)};
  made.parameter_fills = {all(1), all(0), all(0), all(1)};
  return {.op_case = evaluated(activated(made, fused))};
}

}  // namespace

std::vector<ExtremeCase> extreme_activations() {
  std::vector<ExtremeCase> list;
  for (const char* kind : {"relu", "leaky_relu", "general_relu", "sigmoid", "tanh", "silu", "gelu"}) {
    list.push_back(activation("plain", kind));
    list.push_back(non_finite(kind));
  }
  list.push_back(activation("clamped_below", "general_relu", {.clamp = -0.5}));
  list.push_back(activation("clamped_at_kink", "general_relu", {.clamp = -0.25}));
  list.back().op_case.input_fills = {
      choices(of_both_signs({0, 0.75F, 3, 1e4F}))};  // smaller ones round to the clamp
  list.push_back(activation("adds", "general_relu", {.subtract = -0.25}));
  list.push_back(activation("without_leak", "general_relu", {.leak = 0, .subtract = 0.4, .clamp = 6}));
  list.push_back(activation("subtracts_nothing", "general_relu", {.subtract = 0}));
  using Kind = FusedActivation::Kind;
  for (const FusedActivation& fused :
       {FusedActivation{.kind = Kind::relu}, FusedActivation{.kind = Kind::leaky_relu, .leak = 0.125F},
        FusedActivation{.kind = Kind::general_relu, .leak = 0.125F, .subtract = 0.25F, .clamp = 0.5F}}) {
    for (const auto& behind : {behind_conv, behind_linear, behind_add, behind_batch_norm}) {
      list.push_back(behind(fused));
    }
  }
  return list;
}

}  // namespace lehr::test
