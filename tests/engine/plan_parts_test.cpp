#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "lehr/core/error.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/models/models.hpp"
#include "support/device.hpp"
#include "support/networks.hpp"

namespace lehr {
namespace {

using testing::NetworkRun;

Graph cnn() { return models::simple_cnn({.batch_norm = true}); }

std::vector<float> scores_of(const NetworkRun& run, const Plan& plan) {
  return test::on_host(plan.value(run.scores));
}

TEST(PlanInParts, EqualsThePlanInOne) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    NetworkRun run(cnn(), 6, *backend);
    Plan plan = run.plan();
    plan.forward();
    plan.backward();
    const float loss = run.loss(plan);
    const std::vector<float> grads = run.grads();
    const std::vector<float> scores = scores_of(run, plan);
    plan.forward_to(run.scores);
    EXPECT_EQ(scores_of(run, plan), scores);
    plan.forward_rest();
    EXPECT_EQ(run.loss(plan), loss);
    plan.forward_rest();  // there is none any more
    EXPECT_EQ(run.loss(plan), loss);
    plan.backward();
    EXPECT_EQ(run.grads(), grads);
  }
}

TEST(PlanInParts, TheFirstPartLeavesTheRestUndone) {
  NetworkRun run(cnn(), 6, cpu_backend());
  Plan plan = run.plan();
  plan.forward();
  const float loss = run.loss(plan);
  const std::vector<float> zeros(run.image_data.size());
  plan.bind_input(run.images, zeros);
  plan.forward_to(run.scores);
  EXPECT_EQ(run.loss(plan), loss);
  plan.forward_rest();
  EXPECT_NE(run.loss(plan), loss);
}

TEST(PlanInParts, WhatComesAfterSeesAChangedValue) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    NetworkRun run(cnn(), 6, *backend);
    Plan plan = run.plan();
    plan.forward_to(run.scores);
    std::vector<float> sure(scores_of(run, plan).size());
    for (std::size_t n = 0; n < run.target_data.size(); ++n) {
      sure[n * 10 + static_cast<std::size_t>(run.target_data[n])] = 50;  // of the right class
    }
    plan.set_value(run.scores, sure);
    EXPECT_EQ(scores_of(run, plan), sure);
    plan.forward_rest();
    plan.backward();
    EXPECT_LT(run.loss(plan), 1e-6F);
    for (const float grad : run.grads()) EXPECT_NEAR(grad, 0, 1e-6);
  }
}

TEST(PlanInParts, AScaledLossScalesItsGradients) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    NetworkRun run(cnn(), 6, *backend);
    Plan plan = run.plan();
    plan.forward();
    plan.backward();
    std::vector<float> expected = run.grads();
    for (float& grad : expected) grad *= 0.25F;  // a power of two: exact
    plan.forward();
    plan.backward(0.25F);
    EXPECT_EQ(run.grads(), expected);
    plan.forward();
    plan.backward(0);
    for (const float grad : run.grads()) EXPECT_EQ(grad, 0);
  }
}

TEST(PlanInParts, RefusesWhatIsOutOfOrder) {
  NetworkRun run(models::simple_cnn({}), 4, cpu_backend());
  Plan plan = run.plan();
  const std::vector<float> scores(40);
  EXPECT_THROW(plan.forward_rest(), Error);
  EXPECT_THROW(plan.backward(), Error);
  EXPECT_THROW(plan.set_value(run.scores, scores), Error);
  EXPECT_THROW(plan.forward_to(run.images), Error);
  EXPECT_THROW(plan.forward_to(run.images + 1), Error);  // a convolution, fused with its activation
  plan.forward_to(run.images + 2);
  EXPECT_THROW(plan.set_value(run.scores, scores), Error);
  EXPECT_THROW(plan.backward(), Error);
  plan.forward_rest();
  EXPECT_THROW(plan.set_value(run.images, run.image_data), Error);
  EXPECT_THROW(plan.set_value(run.images + 2, scores), Error);  // not kept
  EXPECT_NO_THROW(plan.set_value(run.scores, scores));
  EXPECT_NO_THROW(plan.backward());
  EXPECT_THROW(plan.backward(), Error);  // its values are gone
}

// A flattened image with one position is the image itself, in the caller's memory.
TEST(PlanInParts, NeverWritesToAnInput) {
  Graph graph;
  const NodeId image = graph.input("image", {DType::f32, {1, 3, 1, 1}});
  const NodeId flat = graph.add(ops::Flatten{}, {image}, "flat");
  graph.add(ops::Linear({.out_features = 2}), {flat}, "fc");
  Parameters parameters(graph, cpu_backend());
  Plan plan(graph, parameters, {.batch_size = 1, .mode = Mode::eval, .keep = {flat}});
  const std::vector<float> pixels{1, 2, 3};
  plan.bind_input(image, pixels);
  plan.forward_to(flat);
  ASSERT_EQ(test::on_host(plan.value(flat)), pixels);
  EXPECT_THROW(plan.set_value(flat, pixels), Error);
}

}  // namespace
}  // namespace lehr
