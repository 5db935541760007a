#include "lehr/init/initialise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr {
namespace {

// A grouped convolution, norms that start at one and at zero, a linear layer: (1, 8, 6, 6) to 40 scores.
Graph all_roles(bool with_first_norm = true) {
  Graph graph;
  NodeId at = graph.input("input", {DType::f32, {1, 8, 6, 6}});
  at = graph.add(ops::Conv2d({.out_channels = 200, .kernel = {3, 5}, .padding = {1, 2}, .groups = 2}), {at},
                 "conv");
  if (with_first_norm) at = graph.add(ops::BatchNorm(), {at}, "bn1");
  at = graph.add(ops::BatchNorm({.zero_init = true}), {at}, "bn2");
  at = graph.add(ops::Flatten(), {at}, "flatten");
  graph.add(ops::Linear({.out_features = 40}), {at}, "fc");
  return graph;
}

struct Moments {
  double mean = 0;
  double std = 0;
  double largest = 0;
};

Moments moments_of(const Tensor& tensor) {
  Moments found;
  double squares = 0;
  const auto elements = tensor.elements<float>();
  const auto count = static_cast<double>(elements.size());
  for (const float element : elements) {
    const double value = static_cast<double>(element);
    found.mean += value / count;
    squares += value * value / count;
    found.largest = std::max(found.largest, std::abs(value));
  }
  found.std = std::sqrt(squares - found.mean * found.mean);
  return found;
}

struct Initialised : Parameters {
  Initialised(const Graph& graph, Initialisation how, std::uint64_t seed = 3)
      : Parameters(graph, reference_backend()) {
    initialise(*this, graph, how, seed);
  }
};

// Fans as in torch.nn.init: (200, 4, 3, 5) has 4*15 inputs and 200*15 outputs.
TEST(Initialise, HasTheSpreadOfItsFormula) {
  const Graph graph = all_roles();
  const double conv_in = 60;
  const double conv_out = 3000;
  const double fc_in = 7200;
  const double fc_out = 40;
  const auto expect_std = [&](Initialisation how, double conv, double fc, bool uniform) {
    const Initialised parameters(graph, how);
    for (const auto& [name, expected] : {std::pair("conv.weight", conv), std::pair("fc.weight", fc)}) {
      const Moments found = moments_of(parameters.get(name));
      EXPECT_NEAR(found.mean, 0, 0.05 * expected) << name;
      EXPECT_NEAR(found.std, expected, 0.03 * expected) << name;
      const double bound = std::sqrt(3.0) * expected;
      if (uniform) {
        EXPECT_LE(found.largest, bound * 1.000001) << name;
        EXPECT_GT(found.largest, bound * 0.99) << name;
      } else {
        EXPECT_GT(found.largest, bound * 1.5) << name;
      }
    }
  };
  const double kaiming_conv = std::sqrt(2 / conv_in);
  const double kaiming_fc = std::sqrt(2 / fc_in);
  const double xavier_conv = std::sqrt(2 / (conv_in + conv_out));
  const double xavier_fc = std::sqrt(2 / (fc_in + fc_out));
  expect_std(Initialisation::kaiming_normal, kaiming_conv, kaiming_fc, false);
  expect_std(Initialisation::kaiming_uniform, kaiming_conv, kaiming_fc, true);
  expect_std(Initialisation::xavier_normal, xavier_conv, xavier_fc, false);
  expect_std(Initialisation::xavier_uniform, xavier_conv, xavier_fc, true);
}

TEST(Initialise, StartsEverythingElseAtItsConstant) {
  const Graph graph = all_roles();
  Parameters parameters(graph, reference_backend());
  parameters.backend().fill(parameters.values(), 9);
  parameters.backend().fill(parameters.states(), 9);
  initialise(parameters, graph, Initialisation::kaiming_normal, 0);
  const std::vector<std::pair<std::string, float>> expected{
      {"conv.bias", 0.0F},        {"fc.bias", 0.0F},         {"bn1.weight", 1.0F}, {"bn1.bias", 0.0F},
      {"bn1.running_mean", 0.0F}, {"bn1.running_var", 1.0F}, {"bn2.weight", 0.0F}, {"bn2.bias", 0.0F},
      {"bn2.running_mean", 0.0F}, {"bn2.running_var", 1.0F},
  };
  for (const auto& [name, value] : expected) {
    const Tensor tensor = parameters.get(name);
    for (const float element : tensor.elements<float>()) ASSERT_EQ(element, value) << name;
  }
}

bool equal(const Parameters& a, const Parameters& b, const std::string& name) {
  const Tensor x = a.get(name);
  const Tensor y = b.get(name);
  return std::ranges::equal(x.elements<float>(), y.elements<float>());
}

TEST(Initialise, IsAFunctionOfTheSeed) {
  const Graph graph = all_roles();
  const Initialised a(graph, Initialisation::kaiming_normal, 3);
  EXPECT_TRUE(equal(a, Initialised(graph, Initialisation::kaiming_normal, 3), "conv.weight"));
  EXPECT_FALSE(equal(a, Initialised(graph, Initialisation::kaiming_normal, 4), "conv.weight"));
}

TEST(Initialise, AnotherLayerLeavesTheOthersAsTheyWere) {
  const Initialised with(all_roles(true), Initialisation::kaiming_normal);
  const Initialised without(all_roles(false), Initialisation::kaiming_normal);
  EXPECT_TRUE(equal(with, without, "conv.weight"));
  EXPECT_TRUE(equal(with, without, "fc.weight"));
}

// The first weight of an image classifier, in PyTorch's order. This fixes the stream and the order of
// filling.
TEST(Initialise, FillsInPyTorchsOrder) {
  const Graph graph = all_roles();
  const Initialised parameters(graph, Initialisation::kaiming_uniform, 3);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : std::string("conv.weight"))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  Rng random(3, Purpose::initialisation, hash & 0xffffffff, hash >> 32);
  const float bound = std::sqrt(3.0F) * std::sqrt(2.0F / 60.0F);
  const Tensor weight = parameters.get("conv.weight");
  for (const float element : weight.elements<float>()) {
    ASSERT_NEAR(element, random.uniform(-bound, bound), 1e-6);
  }
}

TEST(ScaleWeights, MultipliesTheWeightsOfLayersAlone) {
  const Graph graph = all_roles();
  const Initialised before(graph, Initialisation::kaiming_normal, 3);
  Initialised scaled(graph, Initialisation::kaiming_normal, 3);
  scale_weights(scaled, 0.25);
  for (const ParameterEntry& entry : before.entries()) {
    const float factor = entry.role == ParameterRole::weight ? 0.25F : 1.0F;
    const Tensor was = before.get(entry.name);
    const Tensor is = scaled.get(entry.name);
    for (std::size_t i = 0; i < was.elements<float>().size(); ++i) {
      ASSERT_EQ(is.elements<float>()[i], factor * was.elements<float>()[i]) << entry.name;
    }
  }
  EXPECT_THROW(scale_weights(scaled, -1), BadInput);
}

TEST(Initialise, HasNames) {
  EXPECT_EQ(initialisation_by_name("xavier-uniform"), Initialisation::xavier_uniform);
  for (const std::string& name : initialisation_names()) EXPECT_NO_THROW(initialisation_by_name(name));
  EXPECT_EQ(initialisation_names().size(), 6U);
  EXPECT_THROW(initialisation_by_name("kaiming"), BadInput);
}

}  // namespace
}  // namespace lehr
