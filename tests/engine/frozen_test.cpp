#include <gtest/gtest.h>

#include <algorithm>

#include "lehr/engine/plan.hpp"
#include "lehr/models/models.hpp"
#include "support/networks.hpp"

namespace lehr {
namespace {

using testing::NetworkRun;

Graph simple_cnn() { return models::simple_cnn({.batch_norm = true}); }

Graph residual() {
  models::ResNetSmallOptions options;
  options.in = {3, 16, 16};
  options.widths = {4, 8, 16};
  return models::resnet_small(options);
}

std::vector<NodeId> nodes_with_parameters(const Graph& graph) {
  std::vector<NodeId> found;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    if (!graph.nodes()[id].parameters.empty()) found.push_back(static_cast<NodeId>(id));
  }
  return found;
}

std::ptrdiff_t backward_steps(const Plan& plan) {
  return std::ranges::count_if(plan.steps(), &StepInfo::has_backward);
}

struct Pass {
  float loss;
  std::vector<float> grads;
  std::ptrdiff_t backward_steps;
};

constexpr float untouched = 7;

Pass pass_with(NetworkRun& run, const std::vector<NodeId>& frozen) {
  run.parameters.backend().fill(run.parameters.grads(), untouched);
  Plan plan = run.plan({.frozen = frozen});
  plan.forward();
  plan.backward();
  return {run.loss(plan), run.grads(), backward_steps(plan)};
}

void expect_only_frozen_differ(const NetworkRun& run, const Pass& whole, const Pass& part,
                               const std::vector<NodeId>& frozen) {
  EXPECT_EQ(part.loss, whole.loss);
  for (const ParameterEntry& entry : run.parameters.entries()) {
    if (is_state(entry.role)) continue;
    const bool is_frozen = std::ranges::find(frozen, entry.node) != frozen.end();
    for (std::int64_t i = entry.offset; i < entry.offset + entry.shape.numel(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      ASSERT_EQ(part.grads[at], is_frozen ? untouched : whole.grads[at]) << entry.name;
    }
  }
}

class Frozen : public ::testing::TestWithParam<std::tuple<const Backend*, bool>> {
 protected:
  NetworkRun run{std::get<1>(GetParam()) ? residual() : simple_cnn(), 6, *std::get<0>(GetParam())};
  std::vector<NodeId> layers = nodes_with_parameters(run.graph);
  Pass whole = pass_with(run, {});
};

// As in fine-tuning: below the lowest trained layer, nothing runs backward.
TEST_P(Frozen, LowestLayersSpareTheirBackwardPass) {
  std::ptrdiff_t before = whole.backward_steps;
  for (const std::size_t count : {std::size_t{1}, layers.size() / 2, layers.size() - 1}) {
    const std::vector<NodeId> frozen(layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(count));
    const Pass part = pass_with(run, frozen);
    expect_only_frozen_differ(run, whole, part, frozen);
    EXPECT_LT(part.backward_steps, before) << count;
    before = part.backward_steps;
  }
}

TEST_P(Frozen, AmongTrainedOnesPassGradientsOn) {
  std::vector<NodeId> frozen;
  for (std::size_t i = 1; i < layers.size(); i += 2) frozen.push_back(layers[i]);
  const Pass part = pass_with(run, frozen);
  expect_only_frozen_differ(run, whole, part, frozen);
  EXPECT_EQ(part.backward_steps, whole.backward_steps);
}

TEST_P(Frozen, AllOfThemLeaveNothingToDo) {
  const Pass part = pass_with(run, layers);
  expect_only_frozen_differ(run, whole, part, layers);
  EXPECT_EQ(part.backward_steps, 0);
}

INSTANTIATE_TEST_SUITE_P(Networks, Frozen,
                         ::testing::Combine(::testing::Values(&reference_backend(), &cpu_backend()),
                                            ::testing::Bool()),
                         [](const auto& one) {
                           return std::string(std::get<0>(one.param)->name()) +
                                  (std::get<1>(one.param) ? "_residual" : "_simple");
                         });

TEST(FrozenPlan, HoldsLessInMemory) {
  NetworkRun run(simple_cnn(), 64, cpu_backend());
  std::vector<NodeId> body = nodes_with_parameters(run.graph);
  body.pop_back();
  EXPECT_LT(run.plan({.frozen = body}).memory().arena, run.plan().memory().arena);
}

}  // namespace
}  // namespace lehr
