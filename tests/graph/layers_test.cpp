// The layers of a graph, and which of them read which.
#include "lehr/graph/layers.hpp"

#include <gtest/gtest.h>

#include "graph/expect_bad_input.hpp"
#include "lehr/core/error.hpp"
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

/// Two convolutions. Their outputs are added, pooled and classified.
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

std::vector<std::string> found(const std::vector<std::string>& patterns, const Graph& graph) {
  std::vector<std::string> all;
  for (const Layer& layer : layers_named(patterns, graph)) all.push_back(layer.name + ": " + layer.type);
  return all;
}

using Names = std::vector<std::string>;

TEST(Layer, WithoutNodesHasNoOutput) {
  const std::string sentence = "the layer \"conv\" has no nodes, so it has no output";
  Layer layer;
  layer.name = "conv";
  EXPECT_EQ(test::bad_input([&] { static_cast<void>(layer.output()); }), sentence);
  EXPECT_EQ(test::bad_input([&] { layer_inputs({layer}, with_shortcut()); }), sentence);
}

TEST(LayersNamed, FindActivationsAdditionsAndNormsByTheirName) {
  const Graph graph = models::resnet_small({.widths = {4, 8}});
  EXPECT_EQ(found({"layer1.0.relu2", "layer1.0.add", "layer1.0.bn1", "avgpool"}, graph),
            (Names{"layer1.0.bn1: batch_norm", "layer1.0.add: add", "layer1.0.relu2: activation",
                   "avgpool: adaptive_avg_pool2d"}));
  EXPECT_EQ(found({"*.relu2", "*.relu2"}, graph).size(), layers_named({"*.add"}, graph).size());
  EXPECT_EQ(layers_named({"layer1.0.add"}, graph).front().has_weight, false);
}

// As before node names were supported: "layer1.*" selects its layers, not each of its nodes.
TEST(LayersNamed, APatternThatFitsLayersNamesLayersAlone) {
  const Graph graph = models::resnet_small({.widths = {4}, .blocks = 1});
  EXPECT_EQ(found({"layer1.*"}, graph), (Names{"layer1.0.conv1: conv2d + batch_norm + activation",
                                               "layer1.0.conv2: conv2d + batch_norm"}));
  EXPECT_EQ(found({"conv1", "relu"}, graph),
            (Names{"conv1: conv2d + batch_norm + activation", "relu: activation"}));
}

TEST(LayersNamed, SaysWhatIsNearestToANameThatFitsNothing) {
  const Graph graph = models::resnet_small({.widths = {4}, .blocks = 1});
  try {
    layers_named({"layer1.0.relu3"}, graph);
    FAIL() << "expected BadInput";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("layer1.0.relu2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace lehr
