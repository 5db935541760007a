// What people call layers, and which of them reads which.
#include "lehr/graph/layers.hpp"

#include <gtest/gtest.h>

#include "lehr/graph/ops.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

using Inputs = std::vector<std::vector<int>>;

TEST(LayerInputs, OfAChainAreTheLayersBefore) {
  const Graph graph = models::simple_cnn({.batch_norm = true});
  const std::vector<Layer> layers = layers_of(graph);
  EXPECT_EQ(layer_inputs(layers, graph), (Inputs{{}, {0}, {1}, {2}, {3}}));
}

/// Two convolutions of which the second's output and the first's are added, then pooled, then classified.
Graph with_shortcut() {
  Graph graph;
  const NodeId image = graph.input("image", {DType::f32, {1, 4, 8, 8}});
  const auto conv = [&](NodeId input, const char* name) {
    return graph.add(ops::Conv2d({.out_channels = 4, .padding = {1, 1}}), {input}, name);
  };
  const NodeId first = graph.add(ops::Activation(), {conv(image, "first")}, "relu");
  const NodeId second = conv(first, "second");
  const NodeId sum = graph.add(ops::Add(), {second, first}, "sum");
  const NodeId third = conv(sum, "third");
  const NodeId wide = graph.add(ops::Add(), {third, image}, "wide");
  const NodeId last = conv(wide, "last");
  graph.set_output(last);
  return graph;
}

TEST(LayerInputs, GoThroughAdditions) {
  const Graph graph = with_shortcut();
  EXPECT_EQ(layer_inputs(layers_of(graph), graph), (Inputs{{}, {0}, {0, 1}, {2}}));
}

TEST(LayerInputs, GoThroughLayersThatWereLeftOut) {
  const Graph graph = with_shortcut();
  EXPECT_EQ(layer_inputs(layers_named({"first", "last"}, graph), graph), (Inputs{{}, {0}}));
}

}  // namespace
}  // namespace lehr
