// lehr's own convolution against a plain loop in double, for every instruction set of this processor.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <ostream>
#include <random>
#include <vector>

#include "backend/cpu/conv_kernels.hpp"
#include "lehr/core/parallel.hpp"
#include "support/fused_activation.hpp"

namespace lehr {
namespace {

using Kind = FusedActivation::Kind;
using test::activated;
using test::derivative;

struct Case {
  std::int64_t batch, in_c, in_h, in_w, out_c, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w;
  std::int64_t dilation = 1;
  bool bias = true;
  Kind activation = Kind::relu;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.batch << "x" << c.in_c << "x" << c.in_h << "x" << c.in_w << " to " << c.out_c << ", kernel "
       << c.kernel_h << "x" << c.kernel_w << ", stride " << c.stride_h << "x" << c.stride_w << ", padding "
       << c.pad_h << "x" << c.pad_w << ", dilation " << c.dilation << ", bias " << c.bias << ", activation "
       << static_cast<int>(c.activation);
}

std::int64_t out_extent(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                        std::int64_t dilation) {
  return (in + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
}

KernelSpec spec_of(const Case& c) {
  KernelSpec spec;
  spec.type = "conv2d";
  spec.name = "conv";
  spec.attributes = {{"kernel", std::vector{c.kernel_h, c.kernel_w}},
                     {"stride", std::vector{c.stride_h, c.stride_w}},
                     {"padding", std::vector{c.pad_h, c.pad_w}},
                     {"dilation", std::vector{c.dilation, c.dilation}},
                     {"groups", std::int64_t{1}},
                     {"bias", c.bias}};
  spec.inputs = {{DType::f32, {c.batch, c.in_c, c.in_h, c.in_w}}};
  spec.output = {DType::f32,
                 {c.batch, c.out_c, out_extent(c.in_h, c.kernel_h, c.stride_h, c.pad_h, c.dilation),
                  out_extent(c.in_w, c.kernel_w, c.stride_w, c.pad_w, c.dilation)}};
  spec.parameters = {{DType::f32, {c.out_c, c.in_c, c.kernel_h, c.kernel_w}}};
  if (c.bias) spec.parameters.push_back({DType::f32, {c.out_c}});
  spec.activation = {.kind = c.activation, .leak = 0.1F, .subtract = 0.3F, .clamp = 1.5F};
  spec.training = true;
  spec.input_grads = {true};
  return spec;
}

/// The tensors of one case, channels-last, and the results of a plain loop.
struct Expected {
  ConvSpec conv;
  FusedActivation activation;
  std::vector<float> input, weight, bias, output_grad;
  std::vector<double> output, input_grad, weight_grad, bias_grad;

  explicit Expected(const KernelSpec& spec) : conv(ConvSpec::from(spec)), activation(spec.activation) {
    std::mt19937 random(7);
    const auto fill = [&](std::vector<float>& values, std::int64_t count) {
      std::normal_distribution<float> normal;
      values.resize(static_cast<std::size_t>(count));
      for (float& value : values) value = normal(random);
    };
    fill(input, spec.inputs[0].shape.numel());
    fill(weight, spec.parameters[0].shape.numel());
    fill(bias, conv.out_c);
    fill(output_grad, spec.output.shape.numel());
    output.resize(output_grad.size());
    input_grad.resize(input.size());
    weight_grad.resize(weight.size());
    bias_grad.resize(bias.size());
  }

  /// Calls body(index of the input pixel, of the weight tap, of the output pixel) for every product
  /// of a pass.
  template <class Body>
  void for_each_tap(const Body& body) const {
    for (std::int64_t o = 0; o < conv.batch * conv.out_h * conv.out_w; ++o) {
      const std::int64_t ox = o % conv.out_w;
      const std::int64_t oy = o / conv.out_w % conv.out_h;
      const std::int64_t image = o / conv.out_w / conv.out_h;
      for (std::int64_t tap = 0; tap < conv.kernel_h * conv.kernel_w; ++tap) {
        const std::int64_t iy = oy * conv.stride_h - conv.pad_h + tap / conv.kernel_w * conv.dilation_h;
        const std::int64_t ix = ox * conv.stride_w - conv.pad_w + tap % conv.kernel_w * conv.dilation_w;
        if (iy < 0 || iy >= conv.in_h || ix < 0 || ix >= conv.in_w) continue;
        body(static_cast<std::size_t>(((image * conv.in_h + iy) * conv.in_w + ix) * conv.in_c),
             static_cast<std::size_t>(tap * conv.in_c * conv.out_c),
             static_cast<std::size_t>(o * conv.out_c));
      }
    }
  }

  void compute(const std::vector<float>& output_of_forward) {
    const auto in_c = static_cast<std::size_t>(conv.in_c);
    const auto out_c = static_cast<std::size_t>(conv.out_c);
    for (std::size_t i = 0; i < output.size(); ++i) {
      output[i] = conv.bias ? static_cast<double>(bias[i % out_c]) : 0;
    }
    for_each_tap([&](std::size_t in, std::size_t tap, std::size_t out) {
      for (std::size_t i = 0; i < in_c; ++i) {
        for (std::size_t o = 0; o < out_c; ++o) {
          output[out + o] +=
              static_cast<double>(input[in + i]) * static_cast<double>(weight[tap + i * out_c + o]);
        }
      }
    });
    for (double& value : output) value = activated(value, activation);
    std::vector<double> grad(output.size());
    for (std::size_t i = 0; i < grad.size(); ++i) {
      grad[i] = static_cast<double>(output_grad[i]) *
                derivative(static_cast<double>(output_of_forward[i]), activation);
      bias_grad[i % out_c] += grad[i];
    }
    for_each_tap([&](std::size_t in, std::size_t tap, std::size_t out) {
      for (std::size_t i = 0; i < in_c; ++i) {
        for (std::size_t o = 0; o < out_c; ++o) {
          const std::size_t w = tap + i * out_c + o;
          input_grad[in + i] += grad[out + o] * static_cast<double>(weight[w]);
          weight_grad[w] += grad[out + o] * static_cast<double>(input[in + i]);
        }
      }
    });
  }
};

void expect_near(const std::vector<float>& found, const std::vector<double>& expected, const char* what) {
  double largest = 1e-3;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(found[i]), expected[i], 1e-5 * largest) << what << " at " << i;
  }
}

/// A buffer with guard values on both sides. The buffer itself starts as NaN.
class Guarded {
 public:
  explicit Guarded(std::size_t count) : values_(count + 2 * margin, std::nanf("")), count_(count) {
    std::fill_n(values_.begin(), margin, 77.0F);
    std::fill_n(values_.end() - margin, margin, 77.0F);
  }
  float* data() { return values_.data() + margin; }
  std::vector<float> values() {
    for (std::size_t i = 0; i < margin; ++i) {
      EXPECT_EQ(values_[i], 77.0F) << "wrote before the buffer";
      EXPECT_EQ(values_[count_ + margin + i], 77.0F) << "wrote past the buffer";
    }
    return {data(), data() + count_};
  }

 private:
  static constexpr std::ptrdiff_t margin = 16;
  std::vector<float> values_;
  std::size_t count_;
};

void check(const Case& c) {
  const KernelSpec spec = spec_of(c);
  Expected expected(spec);
  const auto kernel = cpu::make_direct_conv(spec);
  Guarded output(expected.output.size());
  Guarded input_grad(expected.input.size());
  Guarded weight_grad(expected.weight.size());
  Guarded bias_grad(expected.bias.size());
  Guarded workspace(kernel->workspace() / sizeof(float));
  const void* inputs[] = {expected.input.data()};
  void* parameters[] = {expected.weight.data(), expected.bias.data()};
  void* input_grads[] = {input_grad.data()};
  void* parameter_grads[] = {weight_grad.data(), bias_grad.data()};
  KernelArgs args;
  args.inputs = inputs;
  args.output = output.data();
  args.parameters = std::span(parameters).first(c.bias ? 2 : 1);
  args.workspace = workspace.data();
  kernel->forward(args);
  const std::vector<float> found = output.values();
  args.output_grad = expected.output_grad.data();
  args.input_grads = input_grads;
  args.parameter_grads = std::span(parameter_grads).first(c.bias ? 2 : 1);
  kernel->backward(args);
  workspace.values();
  expected.compute(found);
  expect_near(found, expected.output, "output");
  expect_near(input_grad.values(), expected.input_grad, "input gradient");
  expect_near(weight_grad.values(), expected.weight_grad, "weight gradient");
  if (c.bias) expect_near(bias_grad.values(), expected.bias_grad, "bias gradient");
}

class DirectConv : public testing::TestWithParam<Case> {
 protected:
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    set_threads(threads_before_);
  }
  int threads_before_ = threads();
};

TEST_P(DirectConv, EqualsPlainLoopsOnEveryInstructionSet) {
  const std::int64_t best = hwy::SupportedTargets();
  for (std::int64_t target = 1; target != 0 && target <= (std::int64_t{1} << 61); target <<= 1) {
    if ((best & target) == 0) continue;
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    check(GetParam());
  }
}

TEST_P(DirectConv, EqualsPlainLoopsOnAnyThreadCount) {
  for (const int count : {1, 3}) {
    SCOPED_TRACE(count);
    set_threads(count);
    check(GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(
    SimpleCnn, DirectConv,
    testing::Values(Case{19, 1, 28, 28, 8, 5, 5, 2, 2, 2, 2}, Case{19, 8, 14, 14, 16, 3, 3, 2, 2, 1, 1},
                    Case{19, 16, 7, 7, 32, 3, 3, 2, 2, 1, 1}, Case{19, 32, 4, 4, 64, 3, 3, 2, 2, 1, 1},
                    Case{67, 64, 2, 2, 10, 3, 3, 2, 2, 1, 1, 1, true, Kind::none},
                    Case{1, 8, 14, 14, 16, 3, 3, 2, 2, 1, 1}, Case{2, 1, 28, 28, 8, 5, 5, 2, 2, 2, 2}));

INSTANTIATE_TEST_SUITE_P(
    Extents, DirectConv,
    testing::Values(Case{3, 3, 11, 9, 5, 3, 2, 1, 2, 1, 0}, Case{2, 17, 6, 5, 10, 3, 3, 1, 1, 1, 1},
                    Case{5, 2, 9, 9, 3, 3, 3, 2, 2, 2, 2, 2}, Case{2, 5, 9, 10, 33, 3, 3, 2, 3, 3, 3, 2},
                    Case{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}, Case{4, 4, 7, 7, 4, 5, 5, 1, 1, 2, 2},
                    Case{2, 12, 5, 5, 7, 1, 1, 2, 2, 0, 0}, Case{2, 6, 3, 8, 8, 3, 7, 1, 3, 1, 3},
                    Case{3, 3, 16, 16, 24, 7, 7, 2, 2, 3, 3}, Case{1, 3, 40, 33, 16, 4, 4, 4, 4, 0, 0},
                    Case{2, 10, 2, 2, 2, 3, 3, 1, 1, 4, 4}, Case{9, 1, 8, 8, 2, 2, 2, 3, 3, 0, 0},
                    Case{2, 40, 5, 4, 52, 3, 3, 1, 1, 1, 1}, Case{2, 3, 8, 8, 8, 3, 3, 1, 1, 1, 1, 3},
                    Case{2, 8, 6, 6, 8, 3, 3, 1, 1, 1, 1, 1, false}, Case{3, 2, 6, 6, 4, 9, 1, 1, 2, 4, 0}));

INSTANTIATE_TEST_SUITE_P(Activations, DirectConv,
                         testing::Values(Case{3, 8, 5, 5, 16, 3, 3, 1, 1, 1, 1, 1, false, Kind::none},
                                         Case{3, 8, 5, 5, 16, 3, 3, 1, 1, 1, 1, 1, true, Kind::none},
                                         Case{3, 8, 5, 5, 9, 3, 3, 1, 1, 1, 1, 1, true, Kind::leaky_relu},
                                         Case{3, 8, 5, 5, 8, 3, 3, 1, 1, 1, 1, 1, true, Kind::general_relu},
                                         Case{3, 1, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, true, Kind::sigmoid},
                                         Case{3, 8, 5, 5, 16, 3, 3, 1, 1, 1, 1, 1, true, Kind::tanh}));

}  // namespace
}  // namespace lehr
