// With the same weights and batches, 50 steps of SGD give PyTorch's losses.
#include "support/loss_curve.hpp"

#include <gtest/gtest.h>

#include <map>

#include "lehr/engine/plan.hpp"
#include "lehr/models/models.hpp"
#include "lehr/optim/optimizer.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

using test::LossCurve;

class FollowsPyTorch : public ::testing::TestWithParam<std::string> {};

Graph model_of(const std::string& name, const LossCurve& curve) {
  const Shape in{curve.channels, curve.height, curve.width};
  if (name.starts_with("resnet_small")) {
    models::ResNetSmallOptions options;
    options.in = in;
    options.classes = curve.classes;
    options.widths = {4, 8, 16};
    return models::resnet_small(options);
  }
  return models::simple_cnn(
      {.in = in, .classes = curve.classes, .batch_norm = name.find("batch_norm") != std::string::npos});
}

void fill(Parameters& parameters) {
  for (const ParameterEntry& entry : parameters.entries()) {
    Tensor value(entry.shape, DType::f32);
    switch (entry.role) {
      case ParameterRole::weight:
        test::fill_curve_weight(value.view<float>(), entry.name);
        break;
      case ParameterRole::bias:
        test::fill_curve_bias(value.view<float>(), entry.name);
        break;
      case ParameterRole::norm_scale:
      case ParameterRole::running_var:
        std::ranges::fill(value.elements<float>(), 1.0F);
        break;
      case ParameterRole::norm_shift:
      case ParameterRole::running_mean:
      case ParameterRole::other:
        break;
    }
    parameters.set(entry.name, value);
  }
}

/// The model, its loss, and one plan per batch size.
class CurveTraining {
 public:
  CurveTraining(const Graph& model, const LossCurve& curve)
      : curve_(curve),
        graph_(model),
        images_(model.inputs().front()),
        targets_(graph_.input("targets", {DType::i64, {1}})),
        parameters_(model, cpu_backend()),
        optimizer_(Sgd{.momentum = curve.momentum}, parameters_.values().count(),
                   {{0, parameters_.values().count(), true}}, cpu_backend()) {
    graph_.set_output(graph_.add(ops::CrossEntropy(), {model.output(), targets_}, "loss"));
    fill(parameters_);
  }

  float train(std::int64_t step) {
    const LossCurve::Batch batch = curve_.batch(step);
    const Shape shape{batch.count, curve_.channels, curve_.height, curve_.width};
    Tensor images(shape, DType::f32, channels_last_strides(shape));
    curve_.fill_images(batch, images.view<float>());
    std::vector<std::int64_t> targets;
    for (std::int64_t i = 0; i < batch.count; ++i) targets.push_back(curve_.class_of(batch.first + i));
    Plan& plan = plan_for(batch.count);
    plan.bind_input(images_, images);
    plan.bind_input(targets_, targets);
    plan.forward();
    const float loss = test::on_host(plan.value(graph_.output())).front();
    plan.backward();
    optimizer_.step(parameters_.values(), parameters_.grads(), curve_.lr);
    return loss;
  }

 private:
  Plan& plan_for(std::int64_t batch_size) {
    const auto found = plans_.find(batch_size);
    if (found != plans_.end()) return found->second;
    return plans_.emplace(batch_size, Plan(graph_, parameters_, {.batch_size = batch_size})).first->second;
  }

  const LossCurve& curve_;
  Graph graph_;
  NodeId images_;
  NodeId targets_;
  Parameters parameters_;
  Optimizer optimizer_;
  std::map<std::int64_t, Plan> plans_;
};

TEST_P(FollowsPyTorch, ForFiftySteps) {
  const LossCurve curve = LossCurve::read(LEHR_SOURCE_DIR "/tests/goldens/loss_curves.json", GetParam());
  ASSERT_EQ(curve.steps, 50);
  CurveTraining training(model_of(GetParam(), curve), curve);
  for (std::int64_t step = 0; step < curve.steps; ++step) {
    const double expected = curve.losses.at(static_cast<std::size_t>(step));
    ASSERT_NEAR(training.train(step), expected, 1e-4 * expected) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FollowsPyTorch,
                         ::testing::Values("simple_cnn", "simple_cnn_remainder", "simple_cnn_batch_norm",
                                           "simple_cnn_batch_norm_remainder", "resnet_small",
                                           "resnet_small_remainder"));

}  // namespace
}  // namespace lehr
