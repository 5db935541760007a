// How a whole network handles extreme numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lehr/engine/plan.hpp"
#include "lehr/models/models.hpp"
#include "support/device.hpp"
#include "support/networks.hpp"

namespace lehr {
namespace {

using ops::Activation;
using testing::NetworkRun;

Graph network(Activation::Kind kind) {
  Graph graph;
  NodeId at = graph.input("images", {DType::f32, {1, 2, 8, 8}});
  at = graph.add(ops::Conv2d({.out_channels = 4, .kernel = {3, 3}}), {at}, "first");
  at = graph.add(Activation({.kind = kind}), {at}, "first_activation");
  at = graph.add(ops::Conv2d({.out_channels = 32, .kernel = {3, 3}}), {at}, "second");
  at = graph.add(ops::BatchNorm(), {at}, "norm");
  at = graph.add(Activation({.kind = kind}), {at}, "second_activation");
  at = graph.add(ops::MaxPool2d({.kernel = {2, 2}}), {at}, "pool");
  at = graph.add(ops::Flatten(), {at}, "flatten");
  at = graph.add(ops::Linear({.out_features = 8}), {at}, "hidden");
  at = graph.add(Activation({.kind = kind}), {at}, "hidden_activation");
  graph.set_output(graph.add(ops::Linear({.out_features = 3}), {at}, "scores"));
  return graph;
}

class NanInTheLoss : public ::testing::TestWithParam<Activation::Kind> {};

// Otherwise a diverging training would keep some layers' weights without a sign of the error.
TEST_P(NanInTheLoss, ReachesTheGradientsOfEveryLayer) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    NetworkRun run(network(GetParam()), 4, *backend);
    std::ranges::fill(run.image_data, std::numeric_limits<float>::quiet_NaN());
    Plan plan = run.plan();
    plan.forward();
    plan.backward();
    ASSERT_TRUE(std::isnan(run.loss(plan)));
    const std::vector<float> grads = run.grads();
    for (const ParameterEntry& entry : run.parameters.entries()) {
      if (is_state(entry.role)) continue;
      for (std::int64_t i = entry.offset; i < entry.offset + entry.shape.numel(); ++i) {
        ASSERT_TRUE(std::isnan(grads[static_cast<std::size_t>(i)]))
            << entry.name << " on " << backend->name();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Activations, NanInTheLoss,
                         ::testing::Values(Activation::Kind::relu, Activation::Kind::leaky_relu,
                                           Activation::Kind::general_relu, Activation::Kind::sigmoid,
                                           Activation::Kind::tanh, Activation::Kind::silu,
                                           Activation::Kind::gelu),
                         [](const auto& test) { return std::string(ops::name_of(test.param)); });

// RMSprop divides a gradient by its own magnitude. A gradient of 6e-8 instead of 0 thus gives full
// steps.
TEST(OneClass, WithSmoothingNeverMovesAWeight) {
  NetworkRun run(models::simple_cnn({.in = {1, 28, 28}, .classes = 1}), 5, cpu_backend(),
                 {.label_smoothing = 0.1});
  const std::vector<float> before = test::on_host(run.parameters.values());
  const auto rmsprop =
      cpu_backend().update({"rmsprop", {{"alpha", 0.99}, {"eps", 1e-8}, {"centered", false}}});
  const Buffer squares(cpu_backend(), std::ssize(before));
  const Buffer velocities(cpu_backend(), std::ssize(before));
  std::vector<TensorRef> states{squares.ref(), velocities.ref()};
  states.resize(static_cast<std::size_t>(rmsprop->states()));
  Plan plan = run.plan();
  for (std::int64_t step = 1; step <= 20; ++step) {
    plan.forward();
    plan.backward();
    rmsprop->step(
        {.parameters = run.parameters.values(), .gradients = run.parameters.grads(), .states = states},
        {.step = step, .lr = 0.01F, .momentum = 0.9F});
  }
  EXPECT_EQ(run.loss(plan), 0);
  EXPECT_EQ(test::on_host(run.parameters.values()), before);
}

}  // namespace
}  // namespace lehr
