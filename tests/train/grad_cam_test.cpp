#include "lehr/inference/grad_cam.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/image/read.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/models/models.hpp"
#include "support/formula.hpp"

namespace lehr {
namespace {

/// A model whose parameters are numbers of the formula; variances are positive.
Model with_formula_weights(Graph graph) {
  Model model{std::move(graph), nullptr, {}, {}};
  const Shape image = model.image_shape();
  const auto channels = static_cast<std::size_t>(image[0]);
  model.preprocessing = {
      .shape = image,
      .normalisation = {std::vector<float>(channels, 0.5F), std::vector<float>(channels, 0.25F)}};
  const std::int64_t classes = model.graph.node(model.graph.output()).output.shape[1];
  for (std::int64_t i = 0; i < classes; ++i) model.class_names.push_back(std::to_string(i));
  model.parameters = std::make_shared<Parameters>(model.graph, cpu_backend());
  for (const ParameterEntry& entry : model.parameters->entries()) {
    Tensor values(entry.shape, DType::f32);
    const bool positive = entry.role == ParameterRole::running_var || entry.role == ParameterRole::norm_scale;
    test::fill_tensor(values.view<float>(), entry.name,
                      {.scale = positive ? 0.5F : 1.0F, .offset = positive ? 1.0F : 0});
    model.parameters->set(entry.name, values);
  }
  return model;
}

Image some_picture(const Shape& shape, const std::string& name = "picture") {
  Image picture;
  const std::uint32_t stream = test::stream_of(name);
  std::uint32_t at = 0;
  for (std::uint8_t& value : picture.reset(shape)) {
    value = static_cast<std::uint8_t>(test::formula_word(stream, at++) & 255U);
  }
  return picture;
}

/// Convolution, ReLU, mean over the positions, linear layer.
Graph tiny() {
  Graph graph("tiny");
  NodeId last = graph.input("images", {DType::f32, {1, 3, 6, 5}});
  last = graph.add(ops::Conv2d({.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}), {last}, "conv");
  last = graph.add(ops::Activation(), {last}, "relu");
  last = graph.add(ops::AdaptiveAvgPool2d(), {last}, "pool");
  last = graph.add(ops::Flatten(), {last}, "flat");
  graph.add(ops::Linear({.out_features = 3}), {last}, "fc");
  return graph;
}

/// The maps of a layer for one picture, (C, H, W).
std::vector<float> maps_of(const Model& model, const Image& picture, const std::string& layer) {
  const auto data =
      std::make_shared<PictureDataset>(std::vector<Sample>{{.picture = picture}}, model.class_names);
  const std::array<std::int64_t, 1> first{0};
  const auto outputs =
      activations(model.graph, *model.parameters, model.preprocessing, data, first, {.layers = {layer}});
  const auto values = outputs.at(0).values.elements<float>();
  return {values.begin(), values.end()};
}

// The derivative of a class's score with respect to a mean over the positions is the class's weight.
TEST(GradCam, OfATinyNetworkIsTheWeightedSumOfItsMaps) {
  const Model model = with_formula_weights(tiny());
  const Image picture = some_picture({3, 6, 5});
  const std::vector<float> maps = maps_of(model, picture, "conv");
  const Tensor weights = model.parameters->get("fc.weight");
  GradCam grad_cam(model);
  EXPECT_EQ(grad_cam.layer(), "conv");
  bool positive = false;
  for (std::int64_t of_class = 0; of_class < 3; ++of_class) {
    const Tensor heat = grad_cam.heat(picture, of_class);
    ASSERT_EQ(heat.shape(), (Shape{6, 5}));
    for (std::size_t i = 0; i < 30; ++i) {
      double sum = 0;
      for (std::size_t c = 0; c < 4; ++c) {
        const auto weight =
            static_cast<double>(weights.elements<float>()[static_cast<std::size_t>(of_class) * 4 + c]);
        sum += weight / 30 * static_cast<double>(maps[c * 30 + i]);
      }
      EXPECT_NEAR(heat.elements<float>()[i], std::max(sum, 0.0), 1e-6);
      positive = positive || sum > 0;
    }
  }
  EXPECT_TRUE(positive);
}

/// The score of a class if the value of a node is moved by `distance` in all positions of a channel.
double score_with(const Model& model, const Image& picture, const std::string& node_name, std::size_t channel,
                  float distance, std::size_t of_class) {
  const auto nodes = model.graph.nodes();
  const auto node = static_cast<NodeId>(std::ranges::find(nodes, node_name, &Node::name) - nodes.begin());
  Plan plan(model.graph, *model.parameters, {.mode = Mode::eval, .keep = {node}});
  std::vector<float> input;
  for (const std::uint8_t value : picture.pixels) {
    input.push_back((static_cast<float>(value) / 255 - 0.5F) / 0.25F);
  }
  plan.bind_input(model.graph.inputs().front(), input);
  plan.forward_to(node);
  std::vector<float> values = model.parameters->backend().download_floats(plan.value(node));
  const auto channels = static_cast<std::size_t>(model.graph.node(node).output.shape[1]);
  for (std::size_t i = channel; i < values.size(); i += channels) values[i] += distance;
  plan.set_value(node, values);
  plan.forward_rest();
  return static_cast<double>(
      model.parameters->backend().download_floats(plan.value(model.graph.output())).at(of_class));
}

struct Network {
  std::string name;
  Graph graph;
  std::string node;   ///< that is looked at
  std::string layer;  ///< its name
  /// Of the differences. Large where everything behind the node is linear, so that rounding is small.
  float step;
};

class GradCamOf : public testing::TestWithParam<Network> {};

// Behind the maps lie further convolutions, norms, dropout and shortcuts.
TEST_P(GradCamOf, ANetworkHasTheGradientOfDifferences) {
  const Model model = with_formula_weights(GetParam().graph);
  const Image picture = some_picture(model.image_shape());
  GradCam grad_cam(model);
  EXPECT_EQ(grad_cam.layer(), GetParam().layer);
  const std::vector<float> maps = maps_of(model, picture, GetParam().node);
  const Tensor heat = grad_cam.heat(picture, 2);
  const auto positions = static_cast<std::size_t>(heat.shape().numel());
  const std::size_t channels = maps.size() / positions;
  std::vector<double> expected(positions);
  double largest = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const float step = GetParam().step;
    const double gradient = (score_with(model, picture, GetParam().node, c, step, 2) -
                             score_with(model, picture, GetParam().node, c, -step, 2)) /
                            (2 * static_cast<double>(step));
    for (std::size_t i = 0; i < positions; ++i) {
      expected[i] += gradient / static_cast<double>(positions) * static_cast<double>(maps[c * positions + i]);
      largest = std::max(largest, std::abs(expected[i]));
    }
  }
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < positions; ++i) {
    EXPECT_NEAR(heat.elements<float>()[i], std::max(expected[i], 0.0), 0.01 * largest) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, GradCamOf,
    testing::Values(Network{"SimpleCnn",
                            models::simple_cnn({.in = {1, 28, 28}, .batch_norm = true, .dropout = 0.5}), "11",
                            "9", 1e-2F},
                    Network{"ResnetSmall", models::resnet_small({.in = {3, 16, 16}, .classes = 5}),
                            "layer3.0.relu2", "layer3.0.relu2", 1.0F}),
    [](const auto& test) { return test.param.name; });

TEST(GradCam, TakesTheMostProbableClassIfNoneIsGiven) {
  const Model model = with_formula_weights(tiny());
  GradCam grad_cam(model);
  std::size_t different = 0;
  for (const char* name : {"a", "b", "c", "d"}) {
    const Image picture = some_picture({3, 6, 5}, name);
    std::vector<double> scores;
    for (std::size_t c = 0; c < 3; ++c) scores.push_back(score_with(model, picture, "relu", 0, 0, c));
    const auto best = std::ranges::max_element(scores) - scores.begin();
    const Tensor heat = grad_cam.heat(picture);
    for (std::int64_t c = 0; c < 3; ++c) {
      const Tensor of_class = grad_cam.heat(picture, c);
      const bool equal = std::ranges::equal(heat.elements<float>(), of_class.elements<float>());
      if (c == best) {
        EXPECT_TRUE(equal);
      }
      different += equal ? 0 : 1;
    }
  }
  EXPECT_GT(different, 0U);
}

// tools/make_grad_cam.py computes the same network with PyTorch's automatic differentiation.
TEST(GradCam, IsThatOfPyTorch) {
  std::ifstream file(LEHR_SOURCE_DIR "/tests/train/goldens/grad_cam.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  const Model model = with_formula_weights(models::resnet_small({.in = {3, 16, 16}, .classes = 5}));
  GradCam grad_cam(model);
  for (std::int64_t of_class = 0; of_class < 5; ++of_class) {
    const Tensor heat = grad_cam.heat(some_picture({3, 16, 16}), of_class);
    const auto expected = golden[static_cast<std::size_t>(of_class)].get<std::vector<double>>();
    ASSERT_EQ(heat.elements<float>().size(), expected.size());
    const double largest = std::ranges::max(expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(heat.elements<float>()[i], expected[i], 1e-4 * largest) << of_class << " " << i;
    }
  }
}

TEST(GradCam, RefusesWhatItCannotExplain) {
  Graph flat("flat");
  NodeId last = flat.input("images", {DType::f32, {1, 1, 4, 4}});
  last = flat.add(ops::MaxPool2d({}), {last}, "pool");
  last = flat.add(ops::Flatten(), {last}, "flat");
  flat.add(ops::Linear({.out_features = 2}), {last}, "fc");
  EXPECT_THROW(GradCam{with_formula_weights(std::move(flat))}, BadInput);
  GradCam grad_cam(with_formula_weights(tiny()));
  EXPECT_THROW(grad_cam.heat(some_picture({3, 6, 5}), 3), BadInput);
  EXPECT_THROW(grad_cam.heat(some_picture({3, 6, 5}), -1), BadInput);
  const GradCam elsewhere = std::move(grad_cam);
  EXPECT_EQ(elsewhere.layer(), "conv");
  EXPECT_THROW(grad_cam.heat(some_picture({3, 6, 5})), BadInput);  // NOLINT(bugprone-use-after-move)
}

Tensor heat_of(const std::vector<float>& values, const Shape& shape) {
  Tensor heat(shape, DType::f32);
  std::ranges::copy(values, heat.elements<float>().begin());
  return heat;
}

TEST(WithHeat, ColoursWhereTheHeatIs) {
  const Image picture = some_picture({3, 8, 8});
  EXPECT_EQ(with_heat(picture, heat_of({0, 0, 0, 0}, {2, 2})), picture);
  const Image shown = with_heat(picture, heat_of({0, 5, 0, 5}, {2, 2}));
  EXPECT_EQ(shown.pixels[0], picture.pixels[0]) << "the left edge has no heat";
  const auto right = static_cast<std::size_t>(3 * 7);
  EXPECT_NEAR(shown.pixels[right], 0.3 * picture.pixels[right] + 0.7 * 255, 1) << "yellow";
  Image grey;
  grey.reset({1, 4, 4}, 16);
  EXPECT_TRUE(with_heat(grey, heat_of({1}, {1, 1})).has_shape({3, 4, 4}));
  EXPECT_THROW(with_heat(picture, heat_of({1, 2}, {2})), BadInput);
}

TEST(WithHeat, IsSavedBesideThePictureAndLargeEnoughToSee) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "lehr_explanation";
  std::filesystem::remove_all(folder);
  save_explanation(folder / "small.png", some_picture({1, 28, 28}), heat_of({0, 1, 0, 0}, {2, 2}));
  const Image small = image::read(folder / "small.png");
  EXPECT_TRUE(small.has_shape({3, 224, 448})) << small.shape().str();
  save_explanation(folder / "large.png", some_picture({3, 300, 200}), heat_of({0, 1, 0, 0}, {2, 2}));
  EXPECT_TRUE(image::read(folder / "large.png").has_shape({3, 300, 400}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lehr
