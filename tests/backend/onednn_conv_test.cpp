#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "backend/cpu/conv_kernels.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/core/thread_scope.hpp"
#include "support/fused_activation.hpp"

namespace lehr {
namespace {

using Kind = FusedActivation::Kind;
using test::activated;
using test::derivative;

struct Case {
  std::int64_t batch = 2;
  std::int64_t in_c = 3, in_h = 7, in_w = 7, out_c = 4;
  std::int64_t kernel_h = 3, kernel_w = 3;
  std::int64_t stride = 1, padding = 1, dilation = 1, groups = 1;
  bool bias = true;
  FusedActivation activation{};
  bool training = true;
};

std::int64_t extent(std::int64_t in, std::int64_t kernel, const Case& c) {
  return (in + 2 * c.padding - c.dilation * (kernel - 1) - 1) / c.stride + 1;
}

KernelSpec spec_of(const Case& c) {
  using Integers = std::vector<std::int64_t>;
  KernelSpec spec;
  spec.type = "conv2d";
  spec.name = "conv";
  spec.attributes = {{"kernel", Integers{c.kernel_h, c.kernel_w}},
                     {"stride", Integers{c.stride, c.stride}},
                     {"padding", Integers{c.padding, c.padding}},
                     {"dilation", Integers{c.dilation, c.dilation}},
                     {"groups", c.groups},
                     {"bias", c.bias}};
  spec.inputs = {{DType::f32, {c.batch, c.in_c, c.in_h, c.in_w}}};
  spec.output = {DType::f32,
                 {c.batch, c.out_c, extent(c.in_h, c.kernel_h, c), extent(c.in_w, c.kernel_w, c)}};
  spec.parameters = {{DType::f32, {c.out_c, c.in_c / c.groups, c.kernel_h, c.kernel_w}}};
  if (c.bias) spec.parameters.push_back({DType::f32, {c.out_c}});
  spec.activation = c.activation;
  spec.training = c.training;
  if (c.training) spec.input_grads = {true};
  spec.parameter_grads = c.training;
  return spec;
}

std::vector<double> widened(const Tensor& tensor) {
  const auto from = tensor.elements<float>();
  return {from.begin(), from.end()};
}

/// Tensors for one convolution, and the results of plain loops in double.
struct Trial {
  explicit Trial(const Case& settings)
      : c(settings),
        spec(spec_of(settings)),
        conv(ConvSpec::from(spec)),
        input(filled(spec.inputs[0].shape, 1)),
        weight(filled(spec.parameters[0].shape, 2)),
        bias(filled({c.out_c}, 3)),
        output(spec.output.shape, DType::f32),
        output_grad(filled(spec.output.shape, 4)),
        input_grad(spec.inputs[0].shape, DType::f32),
        weight_grad(spec.parameters[0].shape, DType::f32),
        bias_grad({c.out_c}, DType::f32) {}

  static Tensor filled(const Shape& shape, std::uint64_t stream) {
    Tensor tensor(shape, DType::f32);
    Rng rng(7, Purpose::test, stream);
    for (float& value : tensor.elements<float>()) value = rng.uniform(-1, 1);
    return tensor;
  }

  /// Calls body(output index, input index, weight index, output channel) for each product.
  void each_product(const std::function<void(std::size_t, std::size_t, std::size_t)>& body) const {
    const std::int64_t in_each = c.in_c / c.groups;
    const std::int64_t out_each = c.out_c / c.groups;
    for (std::int64_t n = 0; n < conv.batch; ++n)
      for (std::int64_t y = 0; y < conv.out_h; ++y)
        for (std::int64_t x = 0; x < conv.out_w; ++x)
          for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh)
            for (std::int64_t kw = 0; kw < conv.kernel_w; ++kw) {
              const std::int64_t row = y * c.stride - c.padding + kh * c.dilation;
              const std::int64_t column = x * c.stride - c.padding + kw * c.dilation;
              if (row < 0 || row >= c.in_h || column < 0 || column >= c.in_w) continue;
              for (std::int64_t i = 0; i < in_each; ++i)
                for (std::int64_t o = 0; o < c.out_c; ++o) {
                  const std::int64_t in =
                      ((n * c.in_h + row) * c.in_w + column) * c.in_c + o / out_each * in_each + i;
                  const std::int64_t out = ((n * conv.out_h + y) * conv.out_w + x) * c.out_c + o;
                  const std::int64_t w = ((kh * c.kernel_w + kw) * in_each + i) * c.out_c + o;
                  body(static_cast<std::size_t>(out), static_cast<std::size_t>(in),
                       static_cast<std::size_t>(w));
                }
            }
  }

  void expect() {
    const auto channels = static_cast<std::size_t>(c.out_c);
    const auto x = widened(input), w = widened(weight), b = widened(bias), g = widened(output_grad);
    std::vector<double> before(g.size());
    for (std::size_t i = 0; i < before.size(); ++i) before[i] = c.bias ? b[i % channels] : 0;
    each_product([&](std::size_t out, std::size_t in, std::size_t k) { before[out] += x[in] * w[k]; });
    want_output = before;
    for (double& value : want_output) value = activated(value, c.activation);
    want_input.assign(x.size(), 0), want_weight.assign(w.size(), 0), want_bias.assign(channels, 0);
    std::vector<double> delta(g.size());
    for (std::size_t i = 0; i < delta.size(); ++i) {
      delta[i] = g[i] * derivative(activated(before[i], c.activation), c.activation);
      want_bias[i % channels] += delta[i];
    }
    each_product([&](std::size_t out, std::size_t in, std::size_t k) {
      want_input[in] += delta[out] * w[k];
      want_weight[k] += delta[out] * x[in];
    });
  }

  void run(HostKernel& kernel) {
    // A guard after the workspace, which no kernel may change.
    constexpr std::size_t fence = 1 << 16;
    Tensor workspace({static_cast<std::int64_t>(kernel.workspace() + fence)}, DType::u8);
    for (auto& byte : workspace.elements<unsigned char>()) byte = 0x7F;
    const std::array<const void*, 1> inputs{input.data()};
    const std::array<void*, 2> parameters{weight.data(), bias.data()};
    const std::array<void*, 1> input_grads{input_grad.data()};
    const std::array<void*, 2> parameter_grads{weight_grad.data(), bias_grad.data()};
    const std::size_t count = c.bias ? 2 : 1;
    KernelArgs args;
    args.inputs = inputs;
    args.output = output.data();
    args.parameters = std::span(parameters).first(count);
    args.workspace = workspace.data();
    kernel.forward(args);
    if (!c.training) return;
    // Old contents of scratch memory and gradients must not matter.
    for (auto& byte : workspace.elements<unsigned char>()) byte = 0x7F;
    for (Tensor* grad : {&input_grad, &weight_grad, &bias_grad})
      for (float& value : grad->elements<float>()) value = 1e9F;
    args.output_grad = output_grad.data();
    args.input_grads = input_grads;
    args.parameter_grads = std::span(parameter_grads).first(count);
    kernel.backward(args);
    for (const auto byte : workspace.elements<unsigned char>().last(fence)) ASSERT_EQ(byte, 0x7F);
  }

  static void near(const Tensor& got, const std::vector<double>& want, const char* what) {
    double largest = 1;
    for (const double value : want) largest = std::max(largest, std::abs(value));
    double worst = 0;
    const auto values = widened(got);
    for (std::size_t i = 0; i < want.size(); ++i) {
      const double off = std::abs(values[i] - want[i]);
      if (!(off <= worst)) worst = off;
    }
    EXPECT_LE(worst / largest, 1e-5) << what;
  }

  void compare() {
    near(output, want_output, "output");
    if (!c.training) return;
    near(input_grad, want_input, "input gradient");
    near(weight_grad, want_weight, "weight gradient");
    if (c.bias) near(bias_grad, want_bias, "bias gradient");
  }

  Case c;
  KernelSpec spec;
  ConvSpec conv;
  Tensor input, weight, bias, output, output_grad, input_grad, weight_grad, bias_grad;
  std::vector<double> want_output, want_input, want_weight, want_bias;
};

std::string described(const Case& c) {
  return "batch " + std::to_string(c.batch) + ", " + std::to_string(c.in_c) + "x" + std::to_string(c.in_h) +
         "x" + std::to_string(c.in_w) + " to " + std::to_string(c.out_c) + ", kernel " +
         std::to_string(c.kernel_h) + "x" + std::to_string(c.kernel_w) + ", stride " +
         std::to_string(c.stride) + ", padding " + std::to_string(c.padding) + ", dilation " +
         std::to_string(c.dilation) + ", groups " + std::to_string(c.groups);
}

void check(const Case& c) {
  Trial trial(c);
  trial.expect();
  const auto kernel = cpu::make_onednn_conv(trial.spec);
  SCOPED_TRACE(described(c) + ": " + kernel->implementation());
  trial.run(*kernel);
  trial.compare();
}

TEST(OnednnConv, OddShapes) {
  check(
      {.batch = 1, .in_c = 1, .in_h = 1, .in_w = 1, .out_c = 1, .kernel_h = 1, .kernel_w = 1, .padding = 0});
  check({.in_c = 3, .in_h = 2, .in_w = 2, .out_c = 10, .kernel_h = 5, .kernel_w = 5, .padding = 2});
  check({.in_c = 17, .in_h = 11, .in_w = 8, .out_c = 10, .stride = 3});
  check({.in_c = 10, .in_h = 9, .in_w = 12, .out_c = 17, .kernel_h = 3, .kernel_w = 1, .stride = 2});
  check({.in_c = 8, .in_h = 9, .in_w = 9, .out_c = 16, .padding = 2, .dilation = 2});
  check({.in_c = 16,
         .in_h = 8,
         .in_w = 8,
         .out_c = 32,
         .kernel_h = 1,
         .kernel_w = 1,
         .stride = 2,
         .padding = 0});
}

TEST(OnednnConv, Groups) {
  check({.in_c = 6, .out_c = 9, .groups = 3});
  check({.in_c = 34, .out_c = 34, .groups = 2, .bias = false});
  check({.in_c = 17, .out_c = 17, .groups = 17});
  check({.in_c = 32, .out_c = 32, .stride = 2, .groups = 32});
  check({.in_c = 10, .out_c = 20, .dilation = 2, .groups = 10});
}

TEST(OnednnConv, RandomShapes) {
  Rng rng(11, Purpose::test);
  const auto pick = [&](std::initializer_list<std::int64_t> from) {
    return *(from.begin() + rng.below(from.size()));
  };
  for (int trial = 0; trial < 60; ++trial) {
    Case c;
    c.batch = pick({1, 2, 5});
    c.groups = pick({1, 1, 1, 2});
    c.in_c = c.groups * pick({1, 2, 3, 8, 10, 16, 17});
    c.out_c = c.groups * pick({1, 3, 8, 10, 16, 17, 32});
    c.in_h = 1 + static_cast<std::int64_t>(rng.below(12));
    c.in_w = 1 + static_cast<std::int64_t>(rng.below(12));
    c.kernel_h = pick({1, 2, 3, 5});
    c.kernel_w = pick({1, 3, 4});
    c.stride = pick({1, 2, 3});
    c.padding = pick({0, 1, 2});
    c.dilation = pick({1, 1, 2});
    c.bias = rng.below(2) == 0;
    c.activation.kind = rng.below(2) == 0 ? Kind::none : Kind::relu;
    if (extent(c.in_h, c.kernel_h, c) < 1 || extent(c.in_w, c.kernel_w, c) < 1) continue;
    if (c.in_h + 2 * c.padding < c.dilation * (c.kernel_h - 1) + 1) continue;
    if (c.in_w + 2 * c.padding < c.dilation * (c.kernel_w - 1) + 1) continue;
    check(c);
  }
}

TEST(OnednnConv, EveryActivation) {
  for (const Kind kind :
       {Kind::none, Kind::relu, Kind::leaky_relu, Kind::general_relu, Kind::sigmoid, Kind::tanh}) {
    for (const bool training : {true, false}) {
      const FusedActivation activation{.kind = kind, .leak = 0.1F, .subtract = 0.4F, .clamp = 0.7F};
      check({.batch = 3,
             .in_c = 5,
             .in_h = 9,
             .in_w = 9,
             .out_c = 7,
             .activation = activation,
             .training = training});
      check({.batch = 3,
             .in_c = 16,
             .in_h = 9,
             .in_w = 9,
             .out_c = 32,
             .activation = activation,
             .training = training});
    }
  }
}

// Large enough for slices: images, bands of rows if there are fewer images than threads, and
// channels of the gradient if there are many weights.
TEST(OnednnConv, AnyNumberOfThreads) {
  const std::vector<Case> cases = {
      {.batch = 7, .in_c = 17, .in_h = 12, .in_w = 9, .out_c = 33},
      {.batch = 7, .in_c = 24, .in_h = 12, .in_w = 9, .out_c = 32, .bias = false},
      {.batch = 1, .in_c = 24, .in_h = 30, .in_w = 9, .out_c = 40, .activation = {.kind = Kind::relu}},
      {.batch = 1, .in_c = 24, .in_h = 31, .in_w = 9, .out_c = 40, .stride = 2},
      {.batch = 2,
       .in_c = 40,
       .in_h = 30,
       .in_w = 20,
       .out_c = 72,
       .kernel_h = 1,
       .kernel_w = 1,
       .stride = 2,
       .padding = 0},
      {.batch = 3,
       .in_c = 16,
       .in_h = 23,
       .in_w = 9,
       .out_c = 24,
       .kernel_h = 5,
       .kernel_w = 3,
       .stride = 3,
       .padding = 2},
      {.batch = 1, .in_c = 24, .in_h = 24, .in_w = 24, .out_c = 24, .padding = 2, .dilation = 2},
      {.batch = 1, .in_c = 16, .in_h = 9, .in_w = 30, .out_c = 48, .padding = 3},
      {.batch = 4, .in_c = 96, .in_h = 4, .in_w = 4, .out_c = 136},
      {.batch = 4,
       .in_c = 96,
       .in_h = 4,
       .in_w = 4,
       .out_c = 130,
       .bias = false,
       .activation = {.kind = Kind::tanh}},
      {.batch = 5, .in_c = 64, .in_h = 20, .in_w = 20, .out_c = 64, .groups = 64},
      {.batch = 5, .in_c = 32, .in_h = 10, .in_w = 10, .out_c = 64, .groups = 2},
  };
  for (const Case& c : cases) {
    Trial trial(c);
    trial.expect();
    for (const int count : {1, 2, 3, 6, 16}) {
      const ThreadScope scope(count);
      const auto kernel = cpu::make_onednn_conv(trial.spec);
      SCOPED_TRACE(described(c) + ", " + std::to_string(count) + " threads: " + kernel->implementation());
      trial.run(*kernel);
      trial.compare();
    }
  }
}

// As in the deep layers of a residual network.
TEST(OnednnConv, ManyWeights) {
  for (const int count : {1, 2}) {
    const ThreadScope scope(count);
    check({.batch = 2, .in_c = 128, .in_h = 6, .in_w = 6, .out_c = 160, .stride = 2, .bias = false});
    check({.batch = 2, .in_c = 160, .in_h = 3, .in_w = 3, .out_c = 160});
    check({.batch = 40,
           .in_c = 160,
           .in_h = 3,
           .in_w = 3,
           .out_c = 128,
           .kernel_h = 1,
           .kernel_w = 1,
           .padding = 0});
  }
}

TEST(OnednnConv, OutlivesAChangeOfThreads) {
  const int before = threads();
  for (const auto& [prepared, run] : {std::pair{1, 4}, std::pair{4, 1}, std::pair{2, 3}}) {
    Trial trial({.batch = 8, .in_c = 17, .in_h = 10, .in_w = 10, .out_c = 33});
    trial.expect();
    set_threads(prepared);
    const auto kernel = cpu::make_onednn_conv(trial.spec);
    set_threads(run);
    trial.run(*kernel);
    trial.compare();
  }
  set_threads(before);
}

TEST(OnednnConv, UsualShapesAvoidTheReferenceKernel) {
  const std::vector<Case> usual = {
      {.batch = 8,
       .in_c = 1,
       .in_h = 28,
       .in_w = 28,
       .out_c = 8,
       .kernel_h = 5,
       .kernel_w = 5,
       .stride = 2,
       .padding = 2},
      {.batch = 8, .in_c = 8, .in_h = 14, .in_w = 14, .out_c = 16, .stride = 2},
      {.batch = 8, .in_c = 16, .in_h = 7, .in_w = 7, .out_c = 32, .stride = 2},
      {.batch = 8, .in_c = 64, .in_h = 2, .in_w = 2, .out_c = 10, .stride = 2},
      {.batch = 8, .in_c = 3, .in_h = 32, .in_w = 32, .out_c = 64},
      {.batch = 8, .in_c = 64, .in_h = 32, .in_w = 32, .out_c = 64, .bias = false},
      {.batch = 8,
       .in_c = 64,
       .in_h = 32,
       .in_w = 32,
       .out_c = 128,
       .kernel_h = 1,
       .kernel_w = 1,
       .stride = 2,
       .padding = 0},
      {.batch = 8, .in_c = 76, .in_h = 8, .in_w = 8, .out_c = 12},
      {.batch = 8, .in_c = 10, .in_h = 8, .in_w = 8, .out_c = 17},
      {.batch = 8, .in_c = 32, .in_h = 8, .in_w = 8, .out_c = 32, .groups = 32},
  };
  for (const Case& c : usual) {
    const auto kernel = cpu::make_onednn_conv(spec_of(c));
    EXPECT_EQ(kernel->implementation().find("ref"), std::string::npos)
        << described(c) << ": " << kernel->implementation();
  }
}

}  // namespace
}  // namespace lehr
