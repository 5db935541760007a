#include "lehr/models/models.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "graph/expect_bad_input.hpp"
#include "lehr/graph/cost.hpp"

namespace lehr {
namespace {

using test::bad_input;

std::vector<std::string> full_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& parameter : node.parameters) names.push_back(node.name + "." + parameter.name);
  }
  return names;
}

std::int64_t multiply_adds(const Graph& graph) {
  std::int64_t sum = 0;
  for (const NodeCost& cost : cost_of(graph, 1)) sum += cost.multiply_adds;
  return sum;
}

const Node& named(const Graph& graph, std::string_view name) {
  for (const Node& node : graph.nodes()) {
    if (node.name == name) return node;
  }
  throw std::out_of_range(std::string(name));
}

TEST(SimpleCnn, IsTheNetworkOfFastbook) {
  const Graph graph = models::simple_cnn({});
  EXPECT_EQ(full_names(graph),
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias",
                                      "6.weight", "6.bias", "8.weight", "8.bias"}));
  EXPECT_EQ(graph.parameter_count(), 30'282);
  EXPECT_EQ(multiply_adds(graph), 248'864);
  EXPECT_EQ(graph.node(graph.output()).name, "9");
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 10}));
  EXPECT_EQ(named(graph, "6").output.shape, Shape({1, 64, 2, 2}));
}

TEST(SimpleCnn, WithBatchNormHasNoBiases) {
  const Graph graph = models::simple_cnn({.batch_norm = true});
  std::vector<std::string> expected;
  for (const char* layer : {"0", "3", "6", "9", "12"}) {
    expected.push_back(std::string(layer) + ".weight");
    for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"}) {
      expected.push_back(std::to_string(std::stoi(layer) + 1) + leaf);
    }
  }
  EXPECT_EQ(full_names(graph), expected);
  EXPECT_EQ(graph.parameter_count(), 30'282 - 130 + 2 * 130);
  EXPECT_EQ(named(graph, "2").op->type(), "activation");
  EXPECT_EQ(named(graph, "13").op->type(), "batch_norm");
  EXPECT_EQ(graph.node(graph.output()).name, "14");
}

TEST(SimpleCnn, TakesItsOptions) {
  const Graph graph = models::simple_cnn({.in = {3, 15, 9},
                                          .classes = 4,
                                          .channels = {6, 12, 24},
                                          .first_kernel = 3,
                                          .activation = {.kind = ops::Activation::Kind::silu}});
  EXPECT_EQ(named(graph, "0").parameters[0].shape, Shape({6, 3, 3, 3}));
  EXPECT_EQ(named(graph, "1").op->attributes().text("kind"), "silu");
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 4}));
}

/// The input channels, output channels, kernel and stride of each convolution.
std::vector<std::vector<std::int64_t>> convolutions(const Graph& graph) {
  std::vector<std::vector<std::int64_t>> all;
  for (const Node& node : graph.nodes()) {
    if (!node.op || node.op->type() != "conv2d") continue;
    const Shape& weight = node.parameters[0].shape;
    const std::int64_t in = graph.node(node.inputs[0]).output.shape[2];
    const std::int64_t out = node.output.shape[2];
    all.push_back({weight[1], weight[0], weight[2], in == out && in > 1 ? 1 : 2});
  }
  return all;
}

TEST(SimpleCnn, SpreadsItsDepthOverTheSizesOfTheImage) {
  using Rows = std::vector<std::vector<std::int64_t>>;
  const Graph graph = models::simple_cnn({.channels = {4, 8, 16, 32}, .batch_norm = true, .depth = 11});
  EXPECT_EQ(convolutions(graph), (Rows{{1, 4, 5, 2},
                                       {4, 4, 3, 1},
                                       {4, 4, 3, 1},
                                       {4, 8, 3, 2},
                                       {8, 8, 3, 1},
                                       {8, 8, 3, 1},
                                       {8, 16, 3, 2},
                                       {16, 16, 3, 1},
                                       {16, 32, 3, 2},
                                       {32, 32, 3, 1},
                                       {32, 10, 3, 2}}));
  EXPECT_EQ(named(graph, "4").op->type(), "batch_norm") << "each added convolution has its norm";
  EXPECT_EQ(named(graph, "5").op->type(), "activation") << "and its activation";
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 10}));
  EXPECT_EQ(convolutions(models::simple_cnn({.depth = 30})).size(), 30U);
  EXPECT_EQ(full_names(models::simple_cnn({.depth = 5})), full_names(models::simple_cnn({})));
}

TEST(SimpleCnn, RefusesADepthThatItsStagesExceed) {
  const std::string of_five =
      "simple-cnn with 4 values of channels and 1 stem convolution takes a depth of 5 ";
  EXPECT_EQ(bad_input([] { models::simple_cnn({.depth = 4}); }), of_five + "to 1000 convolutions, found 4");
  EXPECT_EQ(bad_input([] { models::simple_cnn({.depth = 1001}); }),
            of_five + "to 1000 convolutions, found 1001");
  EXPECT_NE(bad_input([] { models::simple_cnn({.stem_convs = 3, .depth = 6}); }).find("depth of 7"),
            std::string::npos);
  EXPECT_NE(bad_input([] {
              models::simple_cnn({.in = {1, 2, 2}, .channels = {}, .depth = 2});
            }).find("depth of 1 to 1"),
            std::string::npos);
}

TEST(SimpleCnn, ReplacesItsFirstConvolutionByAStem) {
  using Rows = std::vector<std::vector<std::int64_t>>;
  const Graph graph = models::simple_cnn({.in = {3, 28, 28}, .batch_norm = true, .stem_convs = 3});
  const Rows found = convolutions(graph);
  EXPECT_EQ(Rows(found.begin(), found.begin() + 4),
            (Rows{{3, 8, 3, 1}, {8, 8, 3, 1}, {8, 8, 3, 2}, {8, 16, 3, 2}}));
  EXPECT_EQ(named(graph, "1").op->type(), "batch_norm");
  EXPECT_EQ(named(graph, "2").op->type(), "activation");
  EXPECT_EQ(named(graph, "8").output.shape, Shape({1, 8, 14, 14}));
  EXPECT_EQ(convolutions(models::simple_cnn({.stem_convs = 2, .depth = 8})).size(), 8U);
  for (const std::int64_t count : {0, 1001}) {
    EXPECT_EQ(bad_input([&] { models::simple_cnn({.stem_convs = count}); }),
              "simple-cnn with 4 values of channels takes 1 to 1000 stem convolutions, found " +
                  std::to_string(count));
  }
}

TEST(Widths, FollowTheRule) {
  using Widths = std::vector<std::int64_t>;
  EXPECT_EQ(models::widths_by_rule(8, 2, 4), (Widths{8, 16, 32, 64}));
  EXPECT_EQ(models::widths_by_rule(8, 2.5, 4), (Widths{8, 20, 50, 125}));
  EXPECT_EQ(models::widths_by_rule(6, 2.5, 4), (Widths{6, 15, 38, 94})) << "rounded";
  EXPECT_EQ(models::widths_by_rule(16, 1, 3), (Widths{16, 16, 16}));
  EXPECT_EQ(models::widths_by_rule(8, 0.25, 4), (Widths{8, 2, 1, 1})) << "half rounds up, and 1 is the least";
  EXPECT_EQ(models::widths_by_rule(3, 5, 0), Widths());
}

TEST(Widths, RefuseWhatIsNoNetwork) {
  EXPECT_EQ(bad_input([] { models::widths_by_rule(0, 2, 4); }),
            "the width of the first stage must be at least 1, found 0");
  EXPECT_EQ(bad_input([] { models::widths_by_rule(8, 0, 4); }),
            "the factor between the widths of stages must be above 0 and finite, found 0");
  EXPECT_EQ(bad_input([] { models::widths_by_rule(8, std::nan(""), 4); }),
            "the factor between the widths of stages must be above 0 and finite, found nan");
  EXPECT_EQ(bad_input([] { models::widths_by_rule(8, 1e300, 4); }),
            "stage 2 would have more than 65536 channels: 8 times 1e+300 to the power of 1");
}

/// The output channels of these nodes.
std::vector<std::int64_t> widths_of(const Graph& graph, const std::vector<std::string>& nodes) {
  std::vector<std::int64_t> widths;
  for (const std::string& name : nodes) widths.push_back(named(graph, name).output.shape[1]);
  return widths;
}

TEST(Widths, OfAllModelsFollowTheRequest) {
  using Widths = std::vector<std::int64_t>;
  const auto cnn = [](std::int64_t base, double factor) {
    return widths_of(
        models::make_model("simple-cnn", {.in = {1, 28, 28}, .base_width = base, .width_factor = factor}),
        {"0", "2", "4", "6"});
  };
  EXPECT_EQ(cnn(0, 1), (Widths{8, 8, 8, 8}));
  EXPECT_EQ(cnn(4, 0), (Widths{4, 8, 16, 32})) << "the network's own factor";
  EXPECT_EQ(cnn(6, 3), (Widths{6, 18, 54, 162}));
  const auto resnet = [](const char* name, std::int64_t base, const std::vector<std::string>& nodes) {
    return widths_of(models::make_model(name, {.in = {3, 32, 32}, .base_width = base, .width_factor = 1.5}),
                     nodes);
  };
  EXPECT_EQ(resnet("resnet-small", 4, {"conv1", "layer1.0.relu2", "layer2.0.relu2", "layer3.0.relu2"}),
            (Widths{4, 4, 6, 9}));
  EXPECT_EQ(resnet("resnet18", 0,
                   {"conv1", "layer1.1.relu2", "layer2.1.relu2", "layer3.1.relu2", "layer4.1.relu2"}),
            (Widths{64, 64, 96, 144, 216}));
}

TEST(SimpleCnn, RefusesImagesOfAnotherSize) {
  EXPECT_EQ(
      bad_input([] {
        models::simple_cnn({.in = {1, 64, 64}});
      }),
      "simple-cnn with 5 stride-2 convolutions leaves 2x2 positions of a 64x64 image, expected 1x1; use "
      "more channels or a smaller image");
  EXPECT_EQ(bad_input([] {
              models::simple_cnn({.in = {1, 8, 8}});
            }),
            "simple-cnn with 5 stride-2 convolutions is too deep for a 8x8 image, which is down to 1x1 "
            "after 3; use at most 2 values of channels or a larger image");
  EXPECT_EQ(bad_input([] {
              models::simple_cnn({.in = {1, 2, 2}});
            }),
            "simple-cnn with 5 stride-2 convolutions is too deep for a 2x2 image, which is down to 1x1 "
            "after 1; use a larger image");
  EXPECT_EQ(bad_input([] {
              models::simple_cnn({.in = {28, 28}});
            }),
            "simple-cnn needs images (C, H, W), found (28, 28)");
  EXPECT_EQ(bad_input([] { models::simple_cnn({.classes = 0}); }),
            "node \"8\": conv2d needs out_channels between 1 and 2147483647, found 0");
}

TEST(ResNetSmall, NamesAreTorchvisions) {
  const Graph graph = models::resnet_small({.widths = {16, 32}});
  std::vector<std::string> expected;
  const auto norm = [&](const std::string& name) {
    for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"})
      expected.push_back(name + leaf);
  };
  const auto convolution = [&](const std::string& conv, const std::string& bn) {
    expected.push_back(conv + ".weight");
    norm(bn);
  };
  convolution("conv1", "bn1");
  convolution("layer1.0.conv1", "layer1.0.bn1");
  convolution("layer1.0.conv2", "layer1.0.bn2");
  convolution("layer2.0.conv1", "layer2.0.bn1");
  convolution("layer2.0.conv2", "layer2.0.bn2");
  convolution("layer2.0.downsample.0", "layer2.0.downsample.1");
  expected.insert(expected.end(), {"fc.weight", "fc.bias"});
  EXPECT_EQ(full_names(graph), expected);
}

TEST(ResNetSmall, ShapesAndCounts) {
  const Graph graph = models::resnet_small({});
  // Convolutions, then norms (two values per channel), then the linear layer.
  const std::int64_t convolutions =
      9 * (3 * 16 + 2 * 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64) + 16 * 32 + 32 * 64;
  EXPECT_EQ(graph.parameter_count(), convolutions + 2 * (3 * 16 + 3 * 32 + 3 * 64) + 64 * 10 + 10);
  EXPECT_EQ(named(graph, "layer1.0.relu2").output.shape, Shape({1, 16, 32, 32}));
  EXPECT_EQ(named(graph, "layer2.0.downsample.1").output.shape, Shape({1, 32, 16, 16}));
  EXPECT_EQ(named(graph, "layer3.0.add").output.shape, Shape({1, 64, 8, 8}));
  EXPECT_EQ(graph.node(graph.output()).name, "fc");
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 10}));
}

TEST(ResNetSmall, ZeroInitMarksTheLastNormOfEachBlock) {
  const Graph graph = models::resnet_small({.blocks = 2, .zero_init_residual = true});
  for (const Node& node : graph.nodes()) {
    if (!node.op || node.op->type() != "batch_norm") continue;
    EXPECT_EQ(node.parameters[0].start.has_value(), node.name.ends_with("bn2")) << node.name;
  }
}

TEST(ResNetSmall, Refusals) {
  EXPECT_EQ(bad_input([] {
              models::resnet_small({.in = {3, 2, 2}});
            }),
            "resnet-small with 3 stages is too deep for a 2x2 image, which is down to 1x1 after 2; use at "
            "most 2 values of widths or a larger image");
  EXPECT_EQ(bad_input([] { models::resnet_small({.widths = {}}); }),
            "resnet-small needs at least one width, found none");
  EXPECT_EQ(bad_input([] { models::resnet_small({.blocks = 0}); }),
            "resnet-small needs 1 to 1000 blocks a stage, found 0");
}

// torchvision's resnet18 has 11,689,512 parameters for 1000 classes and a 7x7 stem.
TEST(ResNet18, IsTorchvisionsButForTheStem) {
  const Graph graph = models::resnet18({.classes = 1000});
  EXPECT_EQ(graph.parameter_count(), 11'689'512 - 64 * 3 * (49 - 9));
  const std::vector<std::string> names = full_names(graph);
  EXPECT_EQ(names.size(), 122U - 20U) << "torchvision's state_dict without num_batches_tracked";
  EXPECT_EQ(names.front(), "conv1.weight");
  EXPECT_EQ(names.back(), "fc.bias");
  for (const char* name : {"bn1.running_var", "layer1.1.conv2.weight", "layer2.0.downsample.0.weight",
                           "layer4.0.downsample.1.bias", "layer4.1.bn2.weight"}) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
  }
  EXPECT_EQ(named(graph, "layer1.0.relu2").output.shape, Shape({1, 64, 32, 32}));
  EXPECT_EQ(named(graph, "layer4.1.add").output.shape, Shape({1, 512, 4, 4}));
}

TEST(Airbench, ShapesAndCounts) {
  const Graph graph = models::airbench({});
  const std::int64_t convolutions =
      4 * 3 * 24 + 24 + 9 * (24 * 64 + 64 * 64 + 64 * 256 + 256 * 256 + 256 * 256 + 256 * 256);
  EXPECT_EQ(graph.parameter_count(), convolutions + 4 * (64 + 256 + 256) + 256 * 10 + 10);
  EXPECT_EQ(named(graph, "conv1").output.shape, Shape({1, 24, 31, 31}));
  EXPECT_EQ(named(graph, "layer1.act2").output.shape, Shape({1, 64, 15, 15}));
  EXPECT_EQ(named(graph, "layer2.act2").output.shape, Shape({1, 256, 7, 7}));
  EXPECT_EQ(named(graph, "layer3.act2").output.shape, Shape({1, 256, 3, 3}));
  EXPECT_EQ(named(graph, "layer1.act1").op->attributes().text("kind"), "gelu");
  EXPECT_EQ(multiply_adds(graph) / 1'000'000, 118) << "the paper's figure";
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 10}));
}

TEST(Airbench, TakesItsOptions) {
  const Graph graph = models::make_model(
      "airbench", {.in = {1, 64, 48}, .classes = 3, .channels = {8, 16}, .first_kernel = 3, .dropout = 0.5});
  EXPECT_EQ(named(graph, "conv1").output.shape, Shape({1, 24, 64, 48}));
  EXPECT_EQ(named(graph, "layer2.act2").output.shape, Shape({1, 16, 16, 12}));
  EXPECT_EQ(named(graph, "act1").op->attributes().text("kind"), "relu") << "the request's activation";
  EXPECT_EQ(named(graph, "dropout").op->type(), "dropout");
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 3}));
}

TEST(Airbench, Refusals) {
  EXPECT_EQ(bad_input([] {
              models::airbench({.in = {3, 8, 8}});
            }),
            "airbench with 3 stages is too deep for a 8x8 image, which is down to 1x1 after 2; use at most 2 "
            "values of widths or a larger image");
  EXPECT_EQ(bad_input([] { models::airbench({.widths = {}}); }),
            "airbench needs at least one width, found none");
  EXPECT_EQ(bad_input([] {
              models::make_model("airbench", {.in = {3, 32, 32}, .depth = 30});
            }),
            "airbench has a depth of its own, found the option set to 30");
  EXPECT_EQ(bad_input([] {
              models::make_model("airbench", {.in = {3, 32, 32}, .stem_convs = 2});
            }),
            "airbench has one convolution before its stages always, found 2 stem convolutions");
}

TEST(MakeModel, ByName) {
  EXPECT_EQ(models::make_model("resnet18", {.in = {3, 32, 32}}).parameter_count(), 11'173'962);

  EXPECT_EQ(models::model_names(),
            (std::vector<std::string>{"airbench", "resnet-small", "resnet18", "simple-cnn"}));
  const Graph graph = models::make_model("simple-cnn", {.in = {1, 28, 28}, .classes = 7, .batch_norm = true});
  EXPECT_EQ(graph.node(graph.output()).output.shape, Shape({1, 7}));
  EXPECT_EQ(models::make_model("simple-cnn", {.in = {1, 28, 28}}).parameter_count(), 30'282);
  EXPECT_EQ(models::make_model("resnet-small", {.in = {3, 32, 32}, .channels = {8, 8}}).node(1).output.shape,
            Shape({1, 8, 32, 32}));
}

TEST(MakeModel, Refusals) {
  EXPECT_EQ(bad_input([] {
              models::make_model("simple-cnn", {.in = {1, 28, 28}, .channels = {8}, .width_factor = 2});
            }),
            "a model takes channels or a rule for its widths, found both");
  EXPECT_EQ(bad_input([] {
              models::make_model("resnet18", {.in = {3, 32, 32}, .depth = 30});
            }),
            "resnet18 has a depth of its own, found the option set to 30");
  EXPECT_EQ(bad_input([] {
              models::make_model("resnet-small", {.in = {3, 32, 32}, .stem_convs = 2});
            }),
            "resnet-small has one convolution before its stages always, found 2 stem convolutions");
  EXPECT_EQ(bad_input([] {
              models::make_model("simple-cn", {.in = {1, 28, 28}});
            }),
            "unknown model \"simple-cn\"; did you mean \"simple-cnn\"? (valid: airbench, resnet-small, "
            "resnet18, simple-cnn); a program adds its own with lehr::register_model");
  EXPECT_EQ(bad_input([] {
              models::make_model("resnet-small",
                                 {.in = {3, 32, 32}, .activation = {.kind = ops::Activation::Kind::gelu}});
            }),
            "resnet-small has relu activations only, found \"gelu\"");
  EXPECT_EQ(bad_input([] {
              models::make_model("resnet-small", {.in = {3, 32, 32}, .first_kernel = 5});
            }),
            "resnet-small has a first kernel of 3 always, found the option set to 5");
}

}  // namespace
}  // namespace lehr
