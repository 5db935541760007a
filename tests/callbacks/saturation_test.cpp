// Where activation functions are flat.
#include "callbacks/saturation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/graph/ops.hpp"

namespace lehr {
namespace {

SaturationBounds bounds_of(const ops::Activation::Spec& spec, bool of_input) {
  Graph graph;
  const NodeId image = graph.input("image", {DType::f32, Shape{1, 8}});
  const NodeId node = graph.add(ops::Activation(spec), {image});
  return saturation_bounds(graph.node(node), of_input);
}

TEST(Saturation, LiesAtTheEndsOfTanhAndSigmoid) {
  using Kind = ops::Activation::Kind;
  const SaturationBounds tanh = bounds_of({.kind = Kind::tanh}, false);
  EXPECT_FLOAT_EQ(tanh.below, -0.97F);
  EXPECT_FLOAT_EQ(tanh.above, 0.97F);
  const SaturationBounds before_tanh = bounds_of({.kind = Kind::tanh}, true);
  EXPECT_FLOAT_EQ(std::tanh(before_tanh.below), tanh.below);
  EXPECT_FLOAT_EQ(std::tanh(before_tanh.above), tanh.above);
  const SaturationBounds sigmoid = bounds_of({.kind = Kind::sigmoid}, false);
  EXPECT_FLOAT_EQ(sigmoid.below, 0.015F);
  EXPECT_FLOAT_EQ(sigmoid.above, 0.985F);
  const SaturationBounds before_sigmoid = bounds_of({.kind = Kind::sigmoid}, true);
  EXPECT_FLOAT_EQ(1 / (1 + std::exp(-before_sigmoid.below)), sigmoid.below);
  EXPECT_FLOAT_EQ(1 / (1 + std::exp(-before_sigmoid.above)), sigmoid.above);
}

TEST(Saturation, LiesAtTheClampOfAGeneralRelu) {
  const ops::Activation::Spec clamped{
      .kind = ops::Activation::Kind::general_relu, .subtract = 0.5, .clamp = 6};
  EXPECT_EQ(bounds_of(clamped, false).above, 6);
  EXPECT_EQ(bounds_of(clamped, true).above, 6.5);
  EXPECT_TRUE(std::isinf(bounds_of(clamped, false).below));
  EXPECT_TRUE(std::isinf(bounds_of({.kind = ops::Activation::Kind::general_relu}, false).above));
}

TEST(Saturation, IsNowhereForOtherFunctionsAndNodes) {
  using Kind = ops::Activation::Kind;
  for (const Kind kind : {Kind::relu, Kind::leaky_relu, Kind::silu, Kind::gelu}) {
    EXPECT_TRUE(std::isinf(bounds_of({.kind = kind}, false).above));
    EXPECT_TRUE(std::isinf(bounds_of({.kind = kind}, true).below));
  }
  EXPECT_TRUE(std::isinf(saturation_bounds(Node{}, false).above));
}

}  // namespace
}  // namespace lehr
