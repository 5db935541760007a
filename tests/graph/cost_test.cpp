#include "lehr/graph/cost.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "lehr/graph/ops.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

using namespace ops;

std::vector<std::int64_t> fields_of(const Graph& graph, std::string_view type) {
  std::vector<std::int64_t> fields;
  for (const NodeCost& cost : cost_of(graph, 1)) {
    const Node& node = graph.node(cost.node);
    if (node.op && node.op->type() == type) fields.push_back(cost.receptive_field_h);
  }
  return fields;
}

TEST(Cost, SimpleCnnByHand) {
  const Graph graph = models::simple_cnn({});
  // Each field adds (kernel - 1) times the product of the strides before: 1 + 4, + 2*2, + 2*4, + 2*8, + 2*16.
  EXPECT_EQ(fields_of(graph, "conv2d"), (std::vector<std::int64_t>{5, 9, 17, 33, 65}));
  EXPECT_EQ(fields_of(graph, "activation"), (std::vector<std::int64_t>{5, 9, 17, 33}));
  EXPECT_EQ(fields_of(graph, "flatten"), (std::vector<std::int64_t>{65}));
  std::vector<std::int64_t> work;
  for (const NodeCost& cost : cost_of(graph, 1)) {
    if (cost.multiply_adds > 0) work.push_back(cost.multiply_adds);
  }
  EXPECT_EQ(work, (std::vector<std::int64_t>{14 * 14 * 8 * 25, 7 * 7 * 16 * 8 * 9, 4 * 4 * 32 * 16 * 9,
                                             2 * 2 * 64 * 32 * 9, 10 * 64 * 9}));
}

TEST(Cost, CountsTheWholeBatch) {
  Graph graph;
  graph.input("input", {DType::f32, {1, 3, 8, 8}});
  graph.add(Conv2d({.out_channels = 4}), {0}, "conv");
  graph.add(Activation(), {1}, "relu");
  graph.add(MaxPool2d(MaxPool2d::Spec{}), {2}, "pool");
  const std::vector<NodeCost> costs = cost_of(graph, 10);
  EXPECT_EQ(costs[1].multiply_adds, 10 * 4 * 36 * 27);
  EXPECT_EQ(costs[1].flops, 2 * costs[1].multiply_adds);
  EXPECT_EQ(costs[1].parameters, 4 * 27 + 4);
  EXPECT_EQ(costs[1].activation_bytes, 10 * 4 * 36 * 4);
  EXPECT_EQ(costs[2].multiply_adds, 0);
  EXPECT_EQ(costs[2].flops, 10 * 4 * 36);
  EXPECT_EQ(costs[3].flops, 10 * 4 * 36);
  EXPECT_EQ(costs[0].activation_bytes, 10 * 3 * 64 * 4);
}

TEST(ReceptiveField, DilationAndAxesApart) {
  Graph graph;
  graph.input("input", {DType::f32, {1, 1, 40, 40}});
  graph.add(Conv2d({.kernel = {3, 5}, .stride = {2, 1}, .dilation = {3, 1}}), {0}, "a");
  graph.add(MaxPool2d({.kernel = {2, 2}, .stride = {2, 2}}), {1}, "b");
  graph.add(Conv2d({.kernel = {3, 3}, .dilation = {2, 1}}), {2}, "c");
  const std::vector<NodeCost> costs = cost_of(graph, 1);
  EXPECT_EQ(costs[1].receptive_field_h, 7);
  EXPECT_EQ(costs[1].receptive_field_w, 5);
  EXPECT_EQ(costs[2].receptive_field_h, 7 + 2);
  EXPECT_EQ(costs[2].receptive_field_w, 5 + 1);
  EXPECT_EQ(costs[3].receptive_field_h, 9 + 4 * 4);
  EXPECT_EQ(costs[3].receptive_field_w, 6 + 2 * 2);
}

TEST(ReceptiveField, BranchesTakeTheLargest) {
  Graph graph;
  graph.input("input", {DType::f32, {1, 4, 16, 16}});
  graph.add(Conv2d({.out_channels = 4, .kernel = {5, 5}, .padding = {2, 2}}), {0}, "wide");
  graph.add(Conv2d({.out_channels = 4, .kernel = {1, 1}}), {0}, "narrow");
  graph.add(Add(), {2, 1, 0}, "add");
  graph.add(Conv2d({.out_channels = 4, .kernel = {3, 3}}), {3}, "after");
  const std::vector<NodeCost> costs = cost_of(graph, 1);
  EXPECT_EQ(costs[3].receptive_field_h, 5);
  EXPECT_EQ(costs[4].receptive_field_h, 7);
}

TEST(ReceptiveField, LinearAfterFlattenSeesTheImage) {
  Graph graph;
  graph.input("input", {DType::f32, {1, 3, 12, 9}});
  graph.add(Conv2d({.out_channels = 4, .kernel = {3, 3}}), {0}, "conv");
  graph.add(Flatten(), {1}, "flatten");
  graph.add(Linear({.out_features = 2}), {2}, "fc");
  const std::vector<NodeCost> costs = cost_of(graph, 1);
  EXPECT_EQ(costs[3].receptive_field_h, 12);
  EXPECT_EQ(costs[3].receptive_field_w, 9);
}

TEST(ReceptiveField, StopsAtTheLargestNumberInsteadOfOverflowing) {
  Graph graph;
  const std::int64_t stride = (std::int64_t{1} << 31) - 1;
  NodeId x = graph.input("input", {DType::f32, {1, 1, 1, 1}});
  for (int i = 0; i < 5; ++i) {
    x = graph.add(Conv2d({.kernel = {3, 3}, .stride = {stride, stride}, .padding = {1, 1}}), {x});
  }
  EXPECT_EQ(cost_of(graph, 1).back().receptive_field_h, std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace lehr
