#include "lehr/graph/op_registry.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "graph/every_op.hpp"
#include "graph/expect_bad_input.hpp"
#include "lehr/graph/json.hpp"
#include "lehr/graph/layers.hpp"

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

TEST(MakeOp, SaysHowAProgramAddsAnOperation) {
  EXPECT_TRUE(
      bad_input([] { make_op("mish", {}); }).ends_with("; a program adds its own with lehr::register_op"));
}

/// An operation that is described by the test.
class Mish final : public Op {
 public:
  explicit Mish(double steepness) : steepness_(steepness) {}
  std::string_view type() const override { return "test-mish"; }
  bool is_activation() const override { return true; }
  Attributes attributes() const override { return {{"steepness", steepness_}}; }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override { return inputs[0]; }

 private:
  double steepness_;
};

/// An operation with wrong tensors.
class Wrong final : public Op {
 public:
  Wrong(Shape output, std::vector<ParameterSpec> parameters)
      : output_(std::move(output)), parameters_(std::move(parameters)) {}
  std::string_view type() const override { return "wrong"; }
  TensorSpec infer(std::span<const TensorSpec>) const override { return {DType::f32, output_}; }
  std::vector<ParameterSpec> parameters(std::span<const TensorSpec>) const override { return parameters_; }

 private:
  Shape output_;
  std::vector<ParameterSpec> parameters_;
};

TEST(Graph, RefusesTensorsThatAnOperationMustNotHave) {
  const auto refused = [](const Shape& output, std::vector<ParameterSpec> parameters) {
    return bad_input([&] {
      Graph graph;
      const NodeId x = graph.input("image", {DType::f32, {1, 3}});
      graph.add(Wrong(output, std::move(parameters)), {x}, "w");
    });
  };
  EXPECT_EQ(refused({1, 0, 3}, {}),
            "node \"w\": wrong's output needs tensors with extents of at least 1, found (1, 0, 3)");
  EXPECT_EQ(refused({1, 3}, {{.name = "a", .shape = {0}}}),
            "node \"w\": wrong's parameter \"a\" needs tensors with extents of at least 1, found (0)");
  EXPECT_EQ(refused({1, 3}, {{.name = "a", .shape = {2}}, {.name = "a", .shape = {2}}}),
            "node \"w\": wrong's parameter \"a\" appears twice");
  EXPECT_EQ(refused({1, 3}, {{.name = "", .shape = {2}}}), "node \"w\": wrong's parameter \"\" needs a name");
  EXPECT_EQ(refused({1, 3}, {{.name = "a", .shape = {}}}),
            "node \"w\": wrong's parameter \"a\" needs at least one axis, found none");
}

TEST(MakeOp, MakesOperationsThatTheProgramRegistered) {
  register_op_type("test-mish", [](const Attributes& given) {
    return std::make_shared<const Mish>(given.real("steepness"));
  });
  Graph graph("own");
  NodeId x = graph.input("image", {DType::f32, {1, 3, 8, 8}});
  x = graph.add(ops::Conv2d({.out_channels = 4}), {x}, "conv");
  graph.add(Mish(1.5), {x}, "mish");
  const Graph read = graph_from_json(to_json(graph));
  EXPECT_EQ(to_json(read), to_json(graph));
  EXPECT_EQ(read.node(read.output()).op->attributes().real("steepness"), 1.5);
  const std::vector<Layer> layers = layers_of(read);
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].type, "conv2d + test-mish");
  EXPECT_EQ(read.node(layers[0].before_activation).name, "conv");
  EXPECT_EQ(bad_input([] { make_op("test-mish", {}); }), "test-mish: attribute \"steepness\" is missing");
  EXPECT_EQ(bad_input([] {
              make_op("test-mish", {{"steepness", 1.0}, {"colour", true}});
            }),
            "test-mish has no attribute \"colour\"");
}

TEST(MakeOp, RefusesTypesThatAreTaken) {
  const auto make = [](const Attributes&) { return std::make_shared<const Mish>(1); };
  EXPECT_EQ(bad_input([&] { register_op_type("conv2d", make); }),
            "the operation \"conv2d\" is built in; register yours under another name");
  EXPECT_EQ(bad_input([&] { register_op_type("input", make); }),
            "the operation \"input\" is built in; register yours under another name");
  EXPECT_EQ(bad_input([&] { register_op_type("nothing", nullptr); }),
            "the operation \"nothing\" needs a function that makes it");
  register_op_type("test-misnamed", make);
  EXPECT_EQ(bad_input([] { make_op("test-misnamed", {}); }),
            "test-misnamed: what is registered as \"test-misnamed\" made \"test-mish\"");
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
