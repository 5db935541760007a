#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/data.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

constexpr std::int64_t batch = 32;

std::vector<float> images_for(const Graph& graph) {
  const Shape& image = graph.node(graph.inputs().front()).output.shape;
  std::vector<float> images(static_cast<std::size_t>(batch * image.numel()));
  Rng random(7, Purpose::test);
  for (float& value : images) value = 3 + 0.5F * random.normal();
  return images;
}

struct OutputMoments {
  double mean = 0;
  double std = 0;
};

/// Mean and standard deviation of a layer's output in evaluation mode.
OutputMoments output_of(const Graph& graph, Parameters& parameters, const std::vector<float>& images,
                        NodeId node) {
  Plan plan(graph, parameters, {.batch_size = batch, .mode = Mode::eval, .keep = {node}});
  plan.bind_input(graph.inputs().front(), images);
  plan.forward();
  const std::vector<float> values = test::on_host(plan.value(node));
  const auto count = static_cast<double>(values.size());
  OutputMoments found;
  for (const float value : values) found.mean += static_cast<double>(value);
  found.mean /= count;
  for (const float value : values) found.std += std::pow(static_cast<double>(value) - found.mean, 2);
  found.std = std::sqrt(found.std / count);
  return found;
}

std::vector<NodeId> layers_of(const Graph& graph) {
  std::vector<NodeId> layers;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph.nodes()[id];
    if (!node.parameters.empty() && node.parameters.front().role == ParameterRole::weight) {
      layers.push_back(static_cast<NodeId>(id));
    }
  }
  return layers;
}

bool has_bias(const Node& node) { return node.parameters.size() > 1; }

Graph residual() {
  models::ResNetSmallOptions options;
  options.in = {3, 16, 16};
  options.widths = {4, 8, 16};
  return models::resnet_small(options);
}

void expect_unit_outputs(const Graph& graph, Parameters& parameters, const std::vector<float>& images) {
  for (const NodeId layer : layers_of(graph)) {
    const OutputMoments found = output_of(graph, parameters, images, layer);
    EXPECT_NEAR(found.std, 1, 1e-4) << graph.node(layer).name;
    if (has_bias(graph.node(layer))) {
      EXPECT_NEAR(found.mean, 0, 1e-4) << graph.node(layer).name;
    }
  }
}

TEST(Lsuv, GivesEveryLayerMeanZeroAndStdOne) {
  for (const Graph& graph : {models::simple_cnn({}), models::simple_cnn({.batch_norm = true}), residual()}) {
    Parameters parameters(graph, cpu_backend());
    initialise(parameters, graph, Initialisation::lsuv, 5);
    const std::vector<float> images = images_for(graph);
    const std::vector<float> states = test::on_host(parameters.states());
    lsuv(parameters, graph, images, batch);
    expect_unit_outputs(graph, parameters, images);
    EXPECT_EQ(test::on_host(parameters.states()), states) << "running statistics have changed";
  }
}

TEST(Lsuv, StartsFromAnyWeightsAndBiases) {
  const Graph graph = models::simple_cnn({});
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::xavier_uniform, 5);
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role != ParameterRole::bias) continue;
    Tensor bias(entry.shape, DType::f32);
    Rng random(9, Purpose::test);
    for (float& value : bias.elements<float>()) value = random.normal();
    parameters.set(entry.name, bias);
  }
  const std::vector<float> images = images_for(graph);
  lsuv(parameters, graph, images, batch);
  expect_unit_outputs(graph, parameters, images);
}

TEST(Lsuv, OnlyScalesWeights) {
  const Graph graph = models::simple_cnn({});
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::lsuv, 5);
  const std::string name = graph.node(layers_of(graph).back()).name + ".weight";
  const Tensor before = parameters.get(name);
  const std::vector<float> images = images_for(graph);
  lsuv(parameters, graph, images, batch);
  const Tensor after = parameters.get(name);
  const float factor = after.elements<float>()[0] / before.elements<float>()[0];
  for (std::size_t i = 0; i < before.elements<float>().size(); ++i) {
    EXPECT_NEAR(after.elements<float>()[i], factor * before.elements<float>()[i], 1e-5);
  }
}

// For a black image every layer's outputs are its bias.
TEST(Lsuv, LeavesALayerWithoutVariance) {
  const Graph graph = models::simple_cnn({});
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::lsuv, 5);
  const std::vector<float> before = test::on_host(parameters.values());
  const std::vector<float> black(images_for(graph).size());
  lsuv(parameters, graph, black, batch);
  EXPECT_EQ(test::on_host(parameters.values()), before);
}

// The outputs equal the first of three inputs; one of these differs in the last digit of a float.
TEST(Lsuv, RoundingIsNoVariance) {
  Graph graph;
  const NodeId input = graph.input("input", {DType::f32, {1, 3}});
  graph.add(ops::Linear({.out_features = 1, .bias = false}), {input}, "fc");
  Parameters parameters(graph, reference_backend());
  Tensor weight({1, 3}, DType::f32);
  weight.elements<float>()[0] = 1;
  parameters.set("fc.weight", weight);
  std::vector<float> images(static_cast<std::size_t>(3 * batch), 0.7F);
  images[0] = std::nextafter(0.7F, 1.0F);
  lsuv(parameters, graph, images, batch);
  EXPECT_EQ(parameters.get("fc.weight").elements<float>()[0], 1);
}

TEST(Lsuv, PassesOverWhatTheOutputDoesNotNeed) {
  Graph graph;
  const NodeId input = graph.input("input", {DType::f32, {1, 3}});
  const NodeId scores = graph.add(ops::Linear({.out_features = 2}), {input}, "fc");
  graph.add(ops::Linear({.out_features = 2}), {input}, "aside");
  graph.set_output(scores);
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::lsuv, 5);
  const Tensor before = parameters.get("aside.weight");
  const std::vector<float> images = images_for(graph);
  lsuv(parameters, graph, images, batch);
  EXPECT_NEAR(output_of(graph, parameters, images, scores).std, 1, 1e-5);
  const Tensor after = parameters.get("aside.weight");
  EXPECT_TRUE(std::ranges::equal(after.elements<float>(), before.elements<float>()));
}

TEST(Lsuv, NamesTheLayerWhoseOutputsAreNotFinite) {
  const Graph graph = models::simple_cnn({});
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::lsuv, 5);
  std::vector<float> images = images_for(graph);
  images[100] = std::numeric_limits<float>::quiet_NaN();
  const std::string first = graph.node(layers_of(graph).front()).name;
  try {
    lsuv(parameters, graph, images, batch);
    ADD_FAILURE() << "accepted";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("\"" + first + "\""), std::string::npos) << error.what();
  }
}

TEST(Lsuv, LearnerScalesToItsFirstBatch) {
  const Graph graph = models::simple_cnn({});
  Learner learner(graph, data::digits({.train = 200, .valid = 10}),
                  {.batch_size = batch, .initialisation = Initialisation::lsuv, .seed = 4});
  Learner other(graph, data::digits({.train = 200, .valid = 10}), {.batch_size = batch, .seed = 4});
  std::vector<float> images;
  other.on(Event::before_batch, [&](Learner& l) {
    const auto count = static_cast<std::size_t>(batch * 28 * 28);
    if (l.progress().training && images.empty())
      images.assign(l.batch().pixels().begin(), l.batch().pixels().begin() + count);
  });
  other.fit(1, 1e-3);
  expect_unit_outputs(graph, learner.parameters(), images);
}

}  // namespace
}  // namespace lehr
