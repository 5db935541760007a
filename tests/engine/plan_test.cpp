#include "lehr/engine/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/models/models.hpp"
#include "support/device.hpp"
#include "support/networks.hpp"

namespace lehr {
namespace {

using testing::NetworkRun;

Graph small_residual_network() {
  models::ResNetSmallOptions options;
  options.in = {3, 16, 16};
  options.widths = {4, 8, 16};
  return models::resnet_small(options);
}

Graph simple_cnn(bool batch_norm) { return models::simple_cnn({.batch_norm = batch_norm}); }

// One value is used three times, twice by the same node, so its gradient has three sources. Flatten
// of a map with one position is an alias, and its input is also used elsewhere.
Graph branching_network() {
  Graph graph("branching");
  const NodeId x = graph.input("x", {DType::f32, {1, 3, 4, 4}});
  const NodeId a = graph.add(ops::Conv2d({.out_channels = 5, .kernel = {4, 4}}), {x}, "a");
  const NodeId twice = graph.add(ops::Add{}, {a, a}, "twice");
  const NodeId bent = graph.add(ops::Activation({.kind = ops::Activation::Kind::tanh}), {a}, "bent");
  const NodeId joined = graph.add(ops::Concat{}, {twice, bent}, "joined");
  const NodeId flat = graph.add(ops::Flatten{}, {joined}, "flat");
  const NodeId flat_a = graph.add(ops::Flatten{}, {a}, "flat_a");
  const NodeId left = graph.add(ops::Linear({.out_features = 4}), {flat}, "left");
  const NodeId right = graph.add(ops::Linear({.out_features = 4}), {flat_a}, "right");
  graph.add(ops::Add{}, {left, right}, "sum");
  return graph;
}

void expect_close(const std::vector<float>& found, const std::vector<float>& expected, float tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], tolerance * largest) << "at " << i;
  }
}

struct PassResult {
  float loss;
  std::vector<float> grads;
};

PassResult run_once(const Graph& model, const Backend& backend, bool fuse, std::int64_t batch = 6) {
  NetworkRun run(model, batch, backend);
  Plan plan = run.plan({.fuse = fuse});
  plan.forward();
  const float loss = run.loss(plan);
  plan.backward();
  return {loss, run.grads()};
}

class PlanOfNetwork : public ::testing::TestWithParam<int> {
 protected:
  static Graph model() {
    switch (GetParam()) {
      case 0:
        return simple_cnn(false);
      case 1:
        return simple_cnn(true);
      case 2:
        return small_residual_network();
      default:
        return branching_network();
    }
  }
};

TEST_P(PlanOfNetwork, WithFusionEqualsWithout) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    const PassResult fused = run_once(model(), *backend, true);
    const PassResult plain = run_once(model(), *backend, false);
    EXPECT_NEAR(fused.loss, plain.loss, 1e-6 * plain.loss) << backend->name();
    expect_close(fused.grads, plain.grads, 2e-5F);
  }
}

TEST_P(PlanOfNetwork, OnTheProcessorEqualsReference) {
  for (const std::int64_t batch : {2, 7, 33}) {
    const PassResult cpu = run_once(model(), cpu_backend(), true, batch);
    const PassResult reference = run_once(model(), reference_backend(), false, batch);
    EXPECT_NEAR(cpu.loss, reference.loss, 1e-5 * reference.loss);
    expect_close(cpu.grads, reference.grads, 1e-4F);
  }
}

TEST_P(PlanOfNetwork, GivesTheSameBitsEachTime) {
  const PassResult first = run_once(model(), cpu_backend(), true);
  const PassResult second = run_once(model(), cpu_backend(), true);
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_EQ(first.grads, second.grads);
}

TEST_P(PlanOfNetwork, AgreesForAnyThreadCount) {
  const int before = threads();
  const PassResult expected = run_once(model(), reference_backend(), false, 9);
  for (const int count : {1, 2, 3, 5}) {
    set_threads(count);
    const PassResult found = run_once(model(), cpu_backend(), true, 9);
    EXPECT_NEAR(found.loss, expected.loss, 1e-5 * expected.loss) << count << " threads";
    expect_close(found.grads, expected.grads, 1e-4F);
  }
  set_threads(before);
}

TEST_P(PlanOfNetwork, GradientsFollowFiniteDifferences) {
  NetworkRun run(model(), 4, reference_backend());
  Plan plan = run.plan();
  plan.forward();
  plan.backward();
  const std::vector<float> grads = run.grads();
  float largest = 0;
  for (const float grad : grads) largest = std::max(largest, std::abs(grad));
  int checked = 0;
  for (const ParameterEntry& entry : run.parameters.entries()) {
    if (is_state(entry.role)) continue;
    const std::int64_t at = entry.offset + entry.shape.numel() / 2;
    const TensorRef value = run.parameters.values().part(at, 1);
    const float kept = test::on_host(value).front();
    constexpr float step = 4e-3F;
    reference_backend().fill(value, kept + step);
    plan.forward();
    const double above = run.loss(plan);
    reference_backend().fill(value, kept - step);
    plan.forward();
    const double below = run.loss(plan);
    reference_backend().fill(value, kept);
    EXPECT_NEAR(grads[static_cast<std::size_t>(at)], (above - below) / (2 * step), 0.02 * largest)
        << entry.name;
    ++checked;
  }
  EXPECT_GT(checked, 5);
}

std::string network_name(const ::testing::TestParamInfo<int>& info) {
  constexpr std::array names{"SimpleCnn", "SimpleCnnBatchNorm", "Residual", "Branching"};
  return names[static_cast<std::size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(All, PlanOfNetwork, ::testing::Values(0, 1, 2, 3), network_name);

TEST(Plan, RunsNoReferenceKernelOnTheProcessor) {
  for (const bool batch_norm : {false, true}) {
    for (const std::int64_t batch : {1, 8, 64, 96, 512}) {
      if (batch_norm && batch == 1) continue;
      NetworkRun run(simple_cnn(batch_norm), batch, cpu_backend());
      const Plan plan = run.plan();
      for (const StepInfo& step : plan.steps()) {
        EXPECT_EQ(step.implementation.find("ref"), std::string::npos)
            << step.name << ": " << step.implementation;
      }
    }
  }
}

TEST(Plan, FusesActivationsBehindTheirProducers) {
  NetworkRun plain(simple_cnn(false), 8, cpu_backend());
  EXPECT_EQ(plain.plan().steps().size(), 5U + 2U);  // convolutions with their ReLU; flatten and loss
  NetworkRun normed(simple_cnn(true), 8, cpu_backend());
  EXPECT_EQ(normed.plan().steps().size(), 10U + 2U);
  EXPECT_EQ(normed.plan({.fuse = false}).steps().size(), 14U + 2U);
}

TEST(Plan, KeepsAValueThatIsAskedForApartFromItsActivation) {
  NetworkRun run(simple_cnn(false), 4, cpu_backend());
  PlanOptions options{.batch_size = 4, .keep = {run.images + 1}};
  Plan plan(run.graph, run.parameters, options);
  plan.bind_input(run.images, run.image_data);
  plan.bind_input(run.targets, run.target_data);
  plan.forward();
  const std::vector<float> values = test::on_host(plan.value(run.images + 1));
  EXPECT_EQ(values.size(), 4U * 8 * 14 * 14);
  EXPECT_LT(*std::ranges::min_element(values), 0.0F);  // before ReLU
}

TEST(Plan, ReadsNewlyBoundInputs) {
  NetworkRun run(simple_cnn(false), 5, cpu_backend());
  Plan plan = run.plan();
  plan.forward();
  const float first = run.loss(plan);
  const std::vector<float> zeros(run.image_data.size());
  plan.bind_input(run.images, zeros);
  plan.forward();
  EXPECT_NE(run.loss(plan), first);
  plan.bind_input(run.images, run.image_data);
  plan.forward();
  EXPECT_EQ(run.loss(plan), first);
}

TEST(Plan, SharesTheArenaBetweenTensors) {
  NetworkRun run(simple_cnn(true), 64, cpu_backend());
  const PlanMemory train = run.plan().memory();
  EXPECT_LT(train.arena, train.without_sharing);
  EXPECT_LT(run.plan({.mode = Mode::eval}).memory().arena, train.arena / 2);
}

TEST(Plan, TimesItsStepsWhenAsked) {
  NetworkRun run(simple_cnn(false), 64, cpu_backend());
  Plan plan = run.plan();
  plan.forward();
  plan.backward();
  EXPECT_EQ(plan.times().front().forward_seconds, 0.0);
  plan.time_steps(true);
  plan.forward();
  plan.backward();
  EXPECT_GT(plan.times().front().forward_seconds, 0.0);
  EXPECT_GT(plan.times().front().backward_seconds, 0.0);
}

TEST(Plan, RefusesWhatCannotRun) {
  const Graph model = simple_cnn(false);
  Parameters parameters(model, cpu_backend());
  EXPECT_THROW(Plan(model, parameters, {.batch_size = 0}), BadInput);
  EXPECT_THROW(Plan(model, parameters, {.batch_size = 4}), BadInput);  // scores are not a loss
  Plan unbound(model, parameters, {.batch_size = 4, .mode = Mode::eval});
  EXPECT_THROW(unbound.forward(), Error);
  EXPECT_THROW(unbound.backward(), Error);
  EXPECT_THROW(unbound.bind_input(model.output(), parameters.values()), Error);
  EXPECT_THROW(unbound.bind_input(model.inputs().front(), std::vector<float>(3)), BadInput);
  EXPECT_THROW(unbound.bind_input(model.inputs().front(), std::vector<std::int64_t>(4 * 784)), BadInput);
  EXPECT_THROW(unbound.value(model.output() - 1), Error);
}

}  // namespace
}  // namespace lehr
