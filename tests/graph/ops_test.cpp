#include "lehr/graph/ops.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "graph/expect_bad_input.hpp"

namespace lehr {
namespace {

using namespace ops;
using test::bad_input;

TensorSpec real(Shape shape) { return {DType::f32, shape}; }

Shape shape_of(const Op& op, std::vector<TensorSpec> inputs) { return op.infer(inputs).shape; }

std::string refusal(const Op& op, std::vector<TensorSpec> inputs) {
  return bad_input([&] { op.infer(inputs); });
}

TEST(Conv2d, OutputFollowsPyTorchsFormula) {
  EXPECT_EQ(shape_of(Conv2d({.out_channels = 8, .kernel = {5, 5}, .stride = {2, 2}, .padding = {2, 2}}),
                     {real({512, 1, 28, 28})}),
            Shape({512, 8, 14, 14}));
  EXPECT_EQ(shape_of(Conv2d({.out_channels = 17, .kernel = {3, 3}, .padding = {1, 1}}), {real({1, 3, 1, 1})}),
            Shape({1, 17, 1, 1}));
  EXPECT_EQ(shape_of(Conv2d({.out_channels = 2, .kernel = {7, 7}, .padding = {3, 3}}), {real({1, 1, 2, 5})}),
            Shape({1, 2, 2, 5}));
  EXPECT_EQ(shape_of(Conv2d({.out_channels = 2, .kernel = {3, 2}, .stride = {3, 1}, .dilation = {2, 4}}),
                     {real({2, 1, 11, 6})}),
            Shape({2, 2, 3, 2}));
}

TEST(Conv2d, ParametersAndWork) {
  const Conv2d conv({.out_channels = 6, .kernel = {3, 5}, .padding = {1, 2}, .groups = 3});
  const std::vector<TensorSpec> inputs{real({2, 9, 4, 7})};
  const std::vector<ParameterSpec> expected{{"weight", ParameterRole::weight, {6, 3, 3, 5}},
                                            {"bias", ParameterRole::bias, {6}}};
  EXPECT_EQ(conv.parameters(inputs), expected);
  EXPECT_EQ(conv.multiply_adds(inputs), 2 * 6 * 4 * 7 * 3 * 3 * 5);
  EXPECT_EQ(conv.flops(inputs), 2 * conv.multiply_adds(inputs));
  EXPECT_EQ(Conv2d({.bias = false}).parameters(inputs).size(), 1U);
  EXPECT_EQ(conv.window(inputs), (Window{.kernel_h = 3, .kernel_w = 5}));
}

TEST(Conv2d, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal(Conv2d({.kernel = {5, 3}, .padding = {1, 1}}), {real({1, 64, 2, 2})}),
            "conv2d needs an input of at least 3x1 for kernel 5x3, dilation 1x1 and padding 1x1, found "
            "(1, 64, 2, 2)");
  EXPECT_EQ(refusal(Conv2d(Conv2d::Spec{}), {real({1, 64})}),
            "conv2d needs an input (N, C, H, W), found (1, 64)");
  EXPECT_EQ(refusal(Conv2d(Conv2d::Spec{}), {}), "conv2d needs 1 input, found 0");
  EXPECT_EQ(refusal(Conv2d(Conv2d::Spec{}), {{DType::u8, {1, 1, 9, 9}}}),
            "conv2d needs real numbers (f32 or bf16), found u8");
  EXPECT_EQ(refusal(Conv2d({.out_channels = 4, .groups = 2}), {real({1, 3, 9, 9})}),
            "conv2d needs input channels that are a multiple of its 2 groups, found (1, 3, 9, 9)");
  EXPECT_EQ(refusal(Conv2d({.out_channels = 3, .groups = 2}), {real({1, 4, 9, 9})}),
            "conv2d needs out_channels that are a multiple of its 2 groups, found 3");
}

TEST(Conv2d, RefusesSettingsOutOfRange) {
  const std::vector<TensorSpec> image{real({1, 1, 9, 9})};
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(refusal(Conv2d({.stride = {1, 0}}), image),
            "conv2d needs a stride between 1 and 2147483647, found 0");
  for (const Conv2d::Spec& spec : std::vector<Conv2d::Spec>{{.out_channels = 0},
                                                            {.out_channels = huge},
                                                            {.kernel = {0, 3}},
                                                            {.kernel = {3, -1}},
                                                            {.kernel = {huge, huge}},
                                                            {.padding = {-1, 0}},
                                                            {.padding = {huge, huge}},
                                                            {.dilation = {0, 1}},
                                                            {.dilation = {huge, 1}},
                                                            {.groups = 0}}) {
    EXPECT_TRUE(refusal(Conv2d(spec), image).starts_with("conv2d needs "));
  }
}

TEST(Conv2d, RefusesTensorsThatCannotBeCounted) {
  const std::int64_t wide = (std::int64_t{1} << 31) - 1;
  const std::vector<TensorSpec> image{real({1, 1, 9, 9})};
  EXPECT_TRUE(
      test::contains(refusal(Conv2d({.padding = {wide, wide}}), image), "at most 1099511627776 elements"));
  EXPECT_TRUE(test::contains(
      refusal(Conv2d({.out_channels = wide, .kernel = {wide, wide}, .padding = {wide, wide}}), image),
      "at most 1099511627776 elements"));
  const Conv2d busy({.out_channels = 1 << 20, .kernel = {1, 1}});
  const std::vector<TensorSpec> large{real({1, 1 << 20, 1 << 10, 1 << 10})};
  EXPECT_EQ(busy.infer(large).shape, large[0].shape);
  EXPECT_NO_THROW(busy.multiply_adds(large));
  const Conv2d busier({.out_channels = 1, .kernel = {1 << 20, 1 << 19}, .padding = {1 << 20, 1 << 19}});
  const std::vector<TensorSpec> square{real({1, 1, 1 << 10, 1 << 10})};
  EXPECT_EQ(bad_input([&] { busier.multiply_adds(square); }), "conv2d has more work than 64 bits can count");
}

TEST(Linear, ShapesParametersAndRefusals) {
  const Linear linear({.out_features = 10});
  EXPECT_EQ(shape_of(linear, {real({7, 64})}), Shape({7, 10}));
  const std::vector<TensorSpec> inputs{real({7, 64})};
  const std::vector<ParameterSpec> expected{{"weight", ParameterRole::weight, {10, 64}},
                                            {"bias", ParameterRole::bias, {10}}};
  EXPECT_EQ(linear.parameters(inputs), expected);
  EXPECT_EQ(linear.multiply_adds(inputs), 7 * 64 * 10);
  EXPECT_EQ(refusal(linear, {real({1, 64, 2, 2})}),
            "linear needs an input (N, features), which flatten makes of an image, found (1, 64, 2, 2)");
  EXPECT_EQ(refusal(Linear({.out_features = 0}), inputs),
            "linear needs out_features between 1 and 2147483647, found 0");
}

TEST(BatchNorm, ParametersInPyTorchsOrder) {
  const std::vector<TensorSpec> inputs{real({4, 17, 3, 1})};
  const BatchNorm norm({.zero_init = true});
  EXPECT_EQ(shape_of(norm, inputs), inputs[0].shape);
  const std::vector<ParameterSpec> expected{{"weight", ParameterRole::norm_scale, {17}, 0.0},
                                            {"bias", ParameterRole::norm_shift, {17}},
                                            {"running_mean", ParameterRole::running_mean, {17}},
                                            {"running_var", ParameterRole::running_var, {17}}};
  EXPECT_EQ(norm.parameters(inputs), expected);
  EXPECT_FALSE(BatchNorm().parameters(inputs)[0].start.has_value());
  EXPECT_EQ(norm.flops(inputs), 4 * 17 * 3);
}

TEST(BatchNorm, Refusals) {
  const std::vector<TensorSpec> image{real({1, 1, 9, 9})};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal(BatchNorm({.eps = 0}), image), "batch_norm needs eps between 1e-12 and 1, found 0");
  EXPECT_EQ(refusal(BatchNorm({.eps = nan}), image), "batch_norm needs eps between 1e-12 and 1, found nan");
  EXPECT_EQ(refusal(BatchNorm({.momentum = 1.5}), image),
            "batch_norm needs momentum between 0 and 1, found 1.5");
  EXPECT_EQ(refusal(BatchNorm(), {real({1, 10})}), "batch_norm needs an input (N, C, H, W), found (1, 10)");
}

TEST(Activation, AnyShapeAndItsRefusals) {
  EXPECT_EQ(shape_of(Activation(), {real({3})}), Shape({3}));
  EXPECT_EQ(shape_of(Activation(), {real({1, 2, 3, 4})}), Shape({1, 2, 3, 4}));
  EXPECT_EQ(refusal(Activation({.leak = -0.1}), {real({3})}),
            "activation needs a leak between 0 and 1, found -0.1");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(refusal(Activation({.subtract = infinity}), {real({3})}).ends_with("found inf"));
  EXPECT_TRUE(refusal(Activation({.clamp = -infinity}), {real({3})}).ends_with("found -inf"));
}

TEST(Activation, NamesGoBothWays) {
  for (const char* name : {"relu", "leaky_relu", "general_relu", "sigmoid", "tanh", "silu", "gelu"}) {
    EXPECT_EQ(name_of(activation_kind(name)), name);
  }
  EXPECT_TRUE(bad_input([] {
                activation_kind("leaky_rel");
              }).starts_with("unknown activation \"leaky_rel\"; did you mean \"leaky_relu\"? (valid: relu,"));
}

TEST(Pooling, OutputFollowsPyTorchsFloorMode) {
  EXPECT_EQ(shape_of(MaxPool2d(MaxPool2d::Spec{}), {real({2, 5, 7, 4})}), Shape({2, 5, 3, 2}));
  EXPECT_EQ(
      shape_of(MaxPool2d({.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}), {real({1, 3, 112, 1})}),
      Shape({1, 3, 56, 1}));
  EXPECT_EQ(
      shape_of(AvgPool2d({.kernel = {3, 2}, .stride = {3, 1}, .padding = {1, 0}}), {real({1, 1, 8, 3})}),
      Shape({1, 1, 3, 2}));
  EXPECT_EQ(shape_of(AdaptiveAvgPool2d({.output = {3, 5}}), {real({2, 4, 7, 2})}), Shape({2, 4, 3, 5}));
}

TEST(Pooling, Refusals) {
  EXPECT_EQ(refusal(MaxPool2d({.kernel = {3, 3}, .padding = {1, 2}}), {real({1, 1, 9, 9})}),
            "max_pool2d needs padding of at most half its kernel 3x3, found 1x2");
  EXPECT_EQ(refusal(AvgPool2d(AvgPool2d::Spec{}), {real({1, 1, 9, 1})}),
            "avg_pool2d needs an input of at least 2x2 for kernel 2x2, dilation 1x1 and padding 0x0, found "
            "(1, 1, 9, 1)");
  EXPECT_EQ(refusal(AvgPool2d({.stride = {0, 1}}), {real({1, 1, 9, 9})}),
            "avg_pool2d needs a stride between 1 and 2147483647, found 0");
  EXPECT_EQ(refusal(AdaptiveAvgPool2d({.output = {0, 1}}), {real({1, 1, 9, 9})}),
            "adaptive_avg_pool2d needs an output between 1 and 2147483647, found 0");
}

TEST(AdaptiveAvgPool2d, WindowIsTheLargestCell) {
  for (std::int64_t in = 1; in <= 24; ++in) {
    for (std::int64_t out = 1; out <= 24; ++out) {
      std::int64_t largest = 0;
      for (std::int64_t i = 0; i < out; ++i) {
        largest = std::max(largest, ((i + 1) * in + out - 1) / out - i * in / out);
      }
      const std::vector<TensorSpec> inputs{real({1, 1, in, 1})};
      EXPECT_EQ(AdaptiveAvgPool2d({.output = {out, 1}}).window(inputs)->kernel_h, largest)
          << in << " " << out;
    }
  }
}

TEST(Flatten, JoinsAllButTheBatch) {
  const std::vector<TensorSpec> inputs{real({3, 2, 5, 7})};
  EXPECT_EQ(shape_of(Flatten(), inputs), Shape({3, 70}));
  EXPECT_EQ(Flatten().flops(inputs), 0);
  EXPECT_EQ(refusal(Flatten(), {real({3, 2})}), "flatten needs an input (N, C, H, W), found (3, 2)");
}

TEST(Add, WantsTwoOrMoreOfOneShape) {
  EXPECT_EQ(shape_of(Add(), {real({2, 3}), real({2, 3}), real({2, 3})}), Shape({2, 3}));
  EXPECT_EQ(refusal(Add(), {}), "add needs two or more inputs, found 0");
  EXPECT_EQ(refusal(Add(), {real({2, 3})}), "add needs two or more inputs, found 1");
  EXPECT_EQ(refusal(Add(), {real({2, 3}), real({3, 2})}),
            "add needs inputs of one shape and type, found (2, 3) of f32 and (3, 2) of f32");
}

TEST(Concat, JoinsChannels) {
  EXPECT_EQ(shape_of(Concat(), {real({2, 3, 4, 5}), real({2, 1, 4, 5}), real({2, 6, 4, 5})}),
            Shape({2, 10, 4, 5}));
  EXPECT_EQ(refusal(Concat(), {real({2, 3, 4, 5}), real({2, 3, 5, 4})}),
            "concat needs inputs that differ only in their channels, found (2, 3, 4, 5) and (2, 3, 5, 4)");
  EXPECT_EQ(refusal(Concat(), {real({2, 3, 4, 5}), real({2, 3})}),
            "concat needs an input (N, C, H, W), found (2, 3)");
  EXPECT_EQ(refusal(Concat(), {real({2, 3, 4, 5})}), "concat needs two or more inputs, found 1");
}

TEST(Dropout, Refusals) {
  EXPECT_EQ(shape_of(Dropout(), {real({2, 3})}), Shape({2, 3}));
  EXPECT_EQ(refusal(Dropout({.p = 1}), {real({2, 3})}), "dropout needs p between 0 and 0.999, found 1");
  EXPECT_EQ(refusal(Dropout({.p = -0.5}), {real({2, 3})}), "dropout needs p between 0 and 0.999, found -0.5");
}

TEST(CrossEntropy, ShapesAndRefusals) {
  const TensorSpec targets{DType::i64, {7}};
  EXPECT_EQ(shape_of(CrossEntropy(), {real({7, 10}), targets}), Shape({1}));
  EXPECT_EQ(refusal(CrossEntropy(), {real({7, 10})}), "cross_entropy needs 2 inputs, found 1");
  EXPECT_EQ(
      refusal(CrossEntropy(), {real({8, 10}), targets}),
      "cross_entropy needs class numbers (8) of i64 or probabilities (8, 10) of f32 beside scores (8, 10), "
      "found (7) of i64");
  EXPECT_EQ(
      refusal(CrossEntropy(), {real({7, 10}), real({7})}),
      "cross_entropy needs class numbers (7) of i64 or probabilities (7, 10) of f32 beside scores (7, 10), "
      "found (7) of f32");
  EXPECT_EQ(shape_of(CrossEntropy(), {real({7, 10}), real({7, 10})}), Shape({1}));
  EXPECT_EQ(refusal(CrossEntropy({.class_weights = {1, 2}}), {real({7, 3}), targets}),
            "cross_entropy needs a class weight for each of 3 classes, found 2");
  EXPECT_EQ(refusal(CrossEntropy({.class_weights = {0, 0}}), {real({7, 2}), targets}),
            "cross_entropy needs at least one class weight above 0, found none");
  EXPECT_TRUE(
      refusal(CrossEntropy({.class_weights = {1, -1}}), {real({7, 2}), targets}).ends_with("found -1"));
  EXPECT_EQ(refusal(CrossEntropy({.label_smoothing = 1.5}), {real({7, 2}), targets}),
            "cross_entropy needs label_smoothing between 0 and 1, found 1.5");
}

TEST(MeanSquaredError, ShapesAndRefusals) {
  EXPECT_EQ(shape_of(MeanSquaredError(), {real({7, 3}), real({7, 3})}), Shape({1}));
  EXPECT_EQ(refusal(MeanSquaredError(), {real({7, 3}), real({7, 4})}),
            "mse needs inputs of one shape and type, found (7, 3) of f32 and (7, 4) of f32");
  EXPECT_EQ(refusal(MeanSquaredError(), {real({7, 3})}), "mse needs 2 inputs, found 1");
}

}  // namespace
}  // namespace lehr
