#include "lehr/graph/graph.hpp"

#include <gtest/gtest.h>

#include "graph/every_op.hpp"
#include "graph/expect_bad_input.hpp"

namespace lehr {
namespace {

using namespace ops;
using test::bad_input;

Graph with_image(Shape shape = {1, 3, 8, 8}) {
  Graph graph;
  graph.input("input", {DType::f32, shape});
  return graph;
}

TEST(Graph, NamesNodesThatHaveNone) {
  Graph graph = with_image();
  const NodeId conv = graph.add(Conv2d({.out_channels = 4}), {0});
  EXPECT_EQ(graph.node(conv).name, "conv2d_1");
  EXPECT_EQ(graph.node(conv).output.shape, Shape({1, 4, 6, 6}));
}

TEST(Graph, SaysWhichNodeItDoesNotHave) {
  const Graph graph = with_image();
  EXPECT_EQ(bad_input([&] { static_cast<void>(graph.node(1)); }),
            "the graph \"model\" has no node 1: it has 1 node");
  EXPECT_EQ(bad_input([&] { static_cast<void>(Graph().node(-1)); }),
            "the graph \"model\" has no node -1: it has 0 nodes");
}

TEST(Graph, OutputIsTheLastNodeUnlessSet) {
  Graph graph;
  EXPECT_EQ(graph.output(), -1);
  graph = with_image();
  const NodeId conv = graph.add(Conv2d({.out_channels = 4}), {0}, "conv");
  EXPECT_EQ(graph.output(), conv);
  graph.set_output(conv);
  graph.add(Activation(), {conv}, "relu");
  EXPECT_EQ(graph.output(), conv);
  EXPECT_EQ(bad_input([&] { graph.set_output(3); }),
            "the output should be one of the graph's 3 nodes, found number 3");
  EXPECT_EQ(bad_input([&] { graph.set_output(-1); }),
            "the output should be one of the graph's 3 nodes, found number -1");
}

TEST(Graph, GivesNoSpecsOfInputsThatItDoesNotHave) {
  Graph large = with_image();
  for (int i = 0; i < 3; ++i) large.add(Activation(), {i});
  EXPECT_EQ(bad_input([&] { with_image().input_specs(large.node(3)); }),
            "the graph \"model\" has no node 2: it has 1 node");
}

TEST(Graph, BeginsAnewAfterAMove) {
  Graph graph = with_image();
  graph.set_output(graph.add(Activation(), {0}, "relu"));
  const Graph taken = std::move(graph);
  EXPECT_EQ(taken.output(), 1);
  EXPECT_EQ(graph.output(), -1);  // NOLINT(bugprone-use-after-move)
  graph.input("input", {DType::f32, {1, 3, 8, 8}});
  graph.add(Activation(), {0}, "relu");
  graph.add(Activation(), {1}, "last");
  EXPECT_EQ(graph.output(), 2);
}

TEST(Graph, RefusesNodesThatDoNotFitAndStaysAsItWas) {
  Graph graph = with_image();
  EXPECT_EQ(bad_input([&] { graph.add(Linear({.out_features = 2}), {0}, "fc"); }),
            "node \"fc\": linear needs an input (N, features), which flatten makes of an image, found (1, 3, "
            "8, 8)");
  EXPECT_EQ(bad_input([&] { graph.add(Activation(), {1}, "relu"); }),
            "node \"relu\": activation needs inputs among the 1 earlier nodes, found number 1");
  EXPECT_EQ(bad_input([&] { graph.add(Activation(), {-1}, "relu"); }),
            "node \"relu\": activation needs inputs among the 1 earlier nodes, found number -1");
  EXPECT_EQ(bad_input([&] { graph.add(Add(), {}, "sum"); }),
            "node \"sum\": add needs two or more inputs, found 0");
  EXPECT_EQ(bad_input([&] { graph.add(Activation(), {0}, "input"); }),
            "node \"input\": the name is taken by an earlier node");
  EXPECT_EQ(bad_input([&] { graph.add(Activation(), {0}, "a\nb"); }),
            "a node's name should hold no control characters, found \"a\\x0Ab\"");
  EXPECT_EQ(bad_input([&] { graph.add_op(nullptr, {0}, "none"); }), "a node needs an operation, found none");
  EXPECT_EQ(graph.nodes().size(), 1U);
  EXPECT_NO_THROW(graph.add(Activation(), {0}, "relu"));
}

TEST(Graph, RefusesInputsThatAreNotOfBatchSizeOne) {
  Graph graph;
  EXPECT_EQ(bad_input([&] {
              graph.input("x", {DType::f32, {2, 3}});
            }),
            "node \"x\": an input needs a shape that starts with batch size 1, found (2, 3)");
  EXPECT_EQ(bad_input([&] {
              graph.input("x", {DType::f32, {}});
            }),
            "node \"x\": an input needs a shape that starts with batch size 1, found ()");
  EXPECT_EQ(bad_input([&] {
              graph.input("x", {DType::f32, {1, 0, 3}});
            }),
            "node \"x\": an input needs tensors with extents of at least 1, found (1, 0, 3)");
}

TEST(Graph, InfersEveryNodeForABatch) {
  const Graph graph = test::every_op();
  const std::vector<TensorSpec> specs = graph.infer(5);
  ASSERT_EQ(specs.size(), graph.nodes().size());
  for (std::size_t id = 0; id < specs.size(); ++id) {
    const Node& node = graph.nodes()[id];
    const bool is_loss = node.name == "loss" || node.name == "distance";
    EXPECT_EQ(specs[id].shape, is_loss ? Shape({1}) : node.output.shape.with(0, 5)) << node.name;
  }
  EXPECT_EQ(graph.inputs(), (std::vector<NodeId>{0, 1}));
}

TEST(Graph, RefusesBatchesThatCannotBe) {
  const Graph graph = test::every_op();
  EXPECT_EQ(bad_input([&] { graph.infer(0); }),
            "a graph needs a batch size between 1 and 2147483647, found 0");
  EXPECT_TRUE(bad_input([&] { graph.infer(2'000'000'000); }).starts_with("node \"input\": an input needs"));
}

TEST(Graph, CountsTrainedParametersOnly) {
  Graph graph = with_image();
  graph.add(Conv2d({.out_channels = 4}), {0}, "conv");
  graph.add(BatchNorm(), {1}, "norm");
  EXPECT_EQ(graph.parameter_count(), 4 * 3 * 9 + 4 + 2 * 4);
}

}  // namespace
}  // namespace lehr
