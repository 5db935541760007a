#include "lehr/engine/plan_room.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "lehr/core/error.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/models/models.hpp"
#include "support/networks.hpp"

namespace lehr {
namespace {

using testing::NetworkRun;

struct Result {
  float loss;
  std::vector<float> grads;
  bool operator==(const Result&) const = default;
};

Result step(NetworkRun& run, Plan& plan) {
  plan.forward();
  const float loss = run.loss(plan);
  plan.backward();
  return {loss, run.grads()};
}

TEST(PlanRoom, PlansThatTakeTurnsComputeAsAlone) {
  NetworkRun small(models::simple_cnn({}), 3, cpu_backend());
  NetworkRun large(models::simple_cnn({}), 20, cpu_backend());
  Plan small_alone = small.plan();
  Plan large_alone = large.plan();
  const Result of_small = step(small, small_alone);
  const Result of_large = step(large, large_alone);

  const auto room = std::make_shared<PlanRoom>(cpu_backend());
  Plan first = small.plan({.room = room});
  Plan second = large.plan({.room = room});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(step(small, first), of_small);
    EXPECT_EQ(step(large, second), of_large);  // the room grows here
  }
}

TEST(PlanRoom, WhatAnotherPlanHasOverwrittenIsNotGivenOut) {
  NetworkRun run(models::simple_cnn({}), 4, cpu_backend());
  const auto room = std::make_shared<PlanRoom>(cpu_backend());
  Plan first = run.plan({.keep = {run.scores}, .room = room});
  Plan second = run.plan({.keep = {run.scores}, .room = room});
  EXPECT_THROW(first.value(run.scores), Error);
  first.forward_to(run.scores);
  EXPECT_TRUE(first.value(run.scores));
  second.forward();
  EXPECT_THROW(first.value(run.scores), Error);
  EXPECT_THROW(first.forward_rest(), Error);
  first.forward();
  second.forward();
  EXPECT_THROW(first.backward(), Error);
  EXPECT_NO_THROW(second.backward());
}

}  // namespace
}  // namespace lehr
