#include "lehr/graph/op_registry.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "graph/every_op.hpp"
#include "graph/expect_bad_input.hpp"

namespace lehr {
namespace {

using test::bad_input;
using List = std::vector<std::int64_t>;

Attributes conv_with(const std::string& name, Attribute value) {
  Attributes attributes = ops::Conv2d({.out_channels = 4}).attributes();
  attributes.set(name, std::move(value));
  return attributes;
}

TEST(MakeOp, GivesEveryOpBackFromItsAttributes) {
  const Graph graph = test::every_op();
  for (const Node& node : graph.nodes()) {
    if (!node.op) continue;
    const auto made = make_op(node.op->type(), node.op->attributes());
    EXPECT_EQ(made->type(), node.op->type());
    EXPECT_EQ(made->attributes(), node.op->attributes());
    EXPECT_EQ(made->infer(graph.input_specs(node)), node.output);
  }
}

TEST(MakeOp, NamesTheNearestType) {
  EXPECT_TRUE(bad_input([] {
                make_op("conv2", {});
              }).starts_with("unknown operation \"conv2\"; did you mean \"conv2d\"? (valid: activation,"));
  const std::string long_name(100'000, '\n');
  EXPECT_LT(bad_input([&] { make_op(long_name, {}); }).size(), 500U);
}

TEST(MakeOp, RefusesHostileAttributes) {
  const auto refusal = [](const std::string& name, Attribute value) {
    return bad_input([&] { make_op("conv2d", conv_with(name, std::move(value))); });
  };
  EXPECT_EQ(refusal("kernel", List{3}), "conv2d: attribute \"kernel\" should hold two integers, found 1");
  EXPECT_EQ(refusal("kernel", List(1000, 3)),
            "conv2d: attribute \"kernel\" should hold two integers, found 1000");
  EXPECT_EQ(refusal("kernel", std::int64_t{3}), "conv2d: attribute \"kernel\" should be a list of integers");
  EXPECT_EQ(refusal("kernel", List{1, std::int64_t{1} << 40}),
            "conv2d needs a kernel between 1 and 2147483647, found 1099511627776");
  EXPECT_EQ(refusal("stride", List{0, 1}), "conv2d needs a stride between 1 and 2147483647, found 0");
  EXPECT_EQ(refusal("padding", List{0, -1}), "conv2d needs padding between 0 and 2147483647, found -1");
  EXPECT_EQ(refusal("groups", std::int64_t{0}), "conv2d needs groups between 1 and 2147483647, found 0");
  EXPECT_EQ(refusal("bias", std::int64_t{1}), "conv2d: attribute \"bias\" should be true or false");
  EXPECT_EQ(refusal("colour", true), "conv2d has no attribute \"colour\"");
  EXPECT_EQ(bad_input([] {
              make_op("linear", {{"bias", true}});
            }),
            "linear: attribute \"out_features\" is missing");
}

TEST(MakeOp, ChecksRangesBeforeAnyInputIsKnown) {
  EXPECT_EQ(bad_input([] {
              make_op("linear", {{"bias", true}, {"out_features", std::int64_t{-1}}});
            }),
            "linear needs out_features between 1 and 2147483647, found -1");
  EXPECT_EQ(bad_input([] {
              make_op("dropout", {{"p", std::nan("")}});
            }),
            "dropout needs p between 0 and 0.999, found nan");
  EXPECT_EQ(
      bad_input([] {
        make_op("max_pool2d", {{"kernel", List{2, 2}}, {"stride", List{2, 2}}, {"padding", List{2, 0}}});
      }),
      "max_pool2d needs padding of at most half its kernel 2x2, found 2x0");
  EXPECT_EQ(bad_input([] {
              make_op("adaptive_avg_pool2d", {{"output", List{1, 0}}});
            }),
            "adaptive_avg_pool2d needs an output between 1 and 2147483647, found 0");
  EXPECT_EQ(
      bad_input([] {
        make_op("activation", {{"kind", "leaky_relu"}, {"leak", -1.0}, {"subtract", 0.0}, {"clamp", 1.0}});
      }),
      "activation needs a leak between 0 and 1, found -1");
  EXPECT_EQ(bad_input([] {
              make_op("batch_norm", {{"eps", -1.0}, {"momentum", 0.1}, {"zero_init", false}});
            }),
            "batch_norm needs eps between 1e-12 and 1, found -1");
}

}  // namespace
}  // namespace lehr
