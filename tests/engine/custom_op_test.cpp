// Operations that a program adds: swish and the focal loss of the example, on both backends.
#include "lehr/engine/custom_op.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/gradient_check.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/json.hpp"
#include "support/extending.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using test::message_of;
using test::register_example;

const TensorSpec image{DType::f32, {2, 3, 4, 5}};

/// A base for the operations of these tests: one input and an output of the same shape.
class SameShape : public CustomOp {
 public:
  TensorSpec infer(std::span<const TensorSpec> inputs) const override { return inputs[0]; }
};

/// 2 x, without a backward pass.
class Twice final : public SameShape {
 public:
  std::string_view type() const override { return "test-twice"; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i) pass.output[i] = 2 * pass.inputs[0][i];
  }
};

/// x^2, with a backward pass that is wrong by a factor.
class WrongSquare final : public SameShape {
 public:
  std::string_view type() const override { return "test-wrong-square"; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i)
      pass.output[i] = pass.inputs[0][i] * pass.inputs[0][i];
  }
  void backward(const CustomBackward& pass) const override {
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) {
      pass.input_grads[0][i] = 1.9F * pass.inputs[0][i] * pass.output_grad[i];
    }
  }
};

/// factor * x. The gradient of the factor is right. That of x is wrong at the first element alone.
class WrongStart final : public SameShape {
 public:
  explicit WrongStart(float first) : first_(first) {}
  std::string_view type() const override { return "test-wrong-start"; }
  std::vector<ParameterSpec> parameters(std::span<const TensorSpec>) const override {
    return {{"factor", ParameterRole::other, Shape{1}, 1}};
  }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i)
      pass.output[i] = pass.parameters[0][0] * pass.inputs[0][i];
  }
  void backward(const CustomBackward& pass) const override {
    double sum = 0;
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) {
      pass.input_grads[0][i] = pass.parameters[0][0] * pass.output_grad[i];
      sum += static_cast<double>(pass.inputs[0][i] * pass.output_grad[i]);
    }
    pass.input_grads[0][0] = first_;
    pass.parameter_grads[0][0] = static_cast<float>(sum);
  }

 private:
  float first_;
};

/// A function that has kinks everywhere.
class Jagged final : public SameShape {
 public:
  std::string_view type() const override { return "test-jagged"; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i) pass.output[i] = std::sin(1e5F * pass.inputs[0][i]);
  }
  void backward(const CustomBackward& pass) const override {
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) pass.input_grads[0][i] = 0;
  }
};

/// exp(x). Backward reads only the output and a mask that forward saves: negative inputs get no
/// gradient.
class MaskedExp : public SameShape {
 public:
  std::string_view type() const override { return "test-masked-exp"; }
  BackwardReads backward_reads() const override { return {.output = true}; }
  std::vector<Shape> saved(std::span<const TensorSpec> inputs) const override { return {inputs[0].shape}; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i) {
      const float x = pass.inputs[0][i];
      pass.saved[0][i] = x < 0 ? 0 : 1;
      pass.output[i] = x < 0 ? 1 : std::exp(x);
    }
  }
  void backward(const CustomBackward& pass) const override {
    EXPECT_FALSE(pass.inputs[0]) << "the inputs were not asked for";
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) {
      pass.input_grads[0][i] = pass.saved[0][i] * pass.output[i] * pass.output_grad[i];
    }
  }
};

TEST(CheckGradients, PassesRightOnes) {
  const GradientCheck swish = check_gradients(Swish(0.7), {image});
  EXPECT_TRUE(swish.passed) << swish.text;
  ASSERT_EQ(swish.tensors.size(), 2U);
  EXPECT_EQ(swish.tensors[0].tensor, "input 0");
  EXPECT_EQ(swish.tensors[1].tensor, "beta");
  EXPECT_EQ(swish.tensors[0].checked, 64);
  for (const double gamma : {0.0, 1.0, 2.5}) {
    const GradientCheck focal = check_gradients(FocalLoss(gamma), {{DType::f32, {6, 5}}, {DType::i64, {6}}});
    EXPECT_TRUE(focal.passed) << focal.text;
  }
  const GradientCheck masked = check_gradients(MaskedExp(), {image});
  EXPECT_TRUE(masked.passed) << masked.text;
}

TEST(CheckGradients, NamesTheTensorThatIsWrong) {
  const GradientCheck wrong = check_gradients(WrongSquare(), {image});
  EXPECT_FALSE(wrong.passed);
  ASSERT_EQ(wrong.tensors.size(), 1U);
  EXPECT_NEAR(wrong.tensors[0].share, 0.05, 0.02);
  EXPECT_NE(wrong.text.find("input 0: DIFFERENT, largest difference 0.04"), std::string::npos) << wrong.text;
}

TEST(CheckGradients, FailsForOneElementOfOneTensor) {
  for (const float first : {9.0F, NAN, INFINITY}) {
    const GradientCheck wrong = check_gradients(WrongStart(first), {image});
    EXPECT_FALSE(wrong.passed) << wrong.text;
    ASSERT_EQ(wrong.tensors.size(), 2U);
    EXPECT_EQ(wrong.tensors[0].element, 0);
    EXPECT_GT(wrong.tensors[0].share, 0.5);
    EXPECT_LT(wrong.tensors[1].share, 0.005) << "the factor's is right";
  }
}

TEST(CheckGradients, FailsIfMostElementsCannotBeChecked) {
  const GradientCheck jagged = check_gradients(Jagged(), {image});
  EXPECT_LT(jagged.tensors.at(0).checked, 32);
  EXPECT_FALSE(jagged.passed) << jagged.text;
}

TEST(CheckGradients, NeedsABackwardPass) {
  EXPECT_EQ(message_of<Error>([] { check_gradients(Twice(), {image}); }),
            "the operation has no backward pass: its class does not define backward");
}

/// conv, swish, conv, swish, pool, fc and the focal loss.
LossGraph some_training() {
  return with_loss(stripes_net({.in = {1, 16, 16}, .classes = 2}), *make_loss("focal", {{"gamma", 1.5}}));
}

struct Outcome {
  double loss = 0;
  std::vector<float> grads;
  std::vector<std::string> implementations;
  std::vector<TensorStats> stats;
};

Outcome train_step(const Backend& backend) {
  register_example();
  const LossGraph made = some_training();
  Parameters parameters(made.graph, backend);
  initialise(parameters, made.graph, Initialisation::kaiming_normal, 3);
  const NodeId swish = 2;
  Plan plan(made.graph, parameters,
            {.batch_size = 8, .probes = {{.node = swish}, {.node = swish, .gradient = true}}});
  Rng random(1, Purpose::test);
  std::vector<float> images(8 * 16 * 16);
  for (float& value : images) value = random.normal();
  const std::vector<std::int64_t> targets{0, 1, 0, 1, 1, 1, 0, 0};
  plan.bind_input(made.graph.inputs()[0], images);
  plan.bind_input(made.targets, targets);
  plan.measure({true, true});
  plan.forward();
  float loss = 0;
  backend.download(&loss, plan.value(made.graph.output()));
  plan.backward();
  Outcome outcome{static_cast<double>(loss), backend.download_floats(parameters.grads()), {}, {}};
  for (const StepInfo& step : plan.steps()) outcome.implementations.push_back(step.implementation);
  outcome.stats = {plan.measured(0), plan.measured(1)};
  return outcome;
}

TEST(CustomOp, TrainsOnBothBackends) {
  const Outcome cpu = train_step(cpu_backend());
  const Outcome reference = train_step(reference_backend());
  EXPECT_NEAR(cpu.loss, reference.loss, 1e-5);
  ASSERT_EQ(cpu.grads.size(), reference.grads.size());
  for (std::size_t i = 0; i < cpu.grads.size(); ++i) EXPECT_NEAR(cpu.grads[i], reference.grads[i], 1e-5) << i;
  EXPECT_EQ(std::ranges::count(cpu.implementations, "custom"), 3);
  EXPECT_EQ(std::ranges::count(reference.implementations, "custom"), 3);
}

/// MaskedExp under a name that is registered.
class RegisteredExp final : public MaskedExp {
 public:
  std::string_view type() const override { return "test-registered-exp"; }
};

/// As MaskedExp, but backward reads the inputs alone.
class ExpOfInput final : public SameShape {
 public:
  std::string_view type() const override { return "test-exp-of-input"; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i)
      pass.output[i] = std::exp(std::max(pass.inputs[0][i], 0.0F));
  }
  void backward(const CustomBackward& pass) const override {
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) {
      const float x = pass.inputs[0][i];
      pass.input_grads[0][i] = x < 0 ? 0 : std::exp(x) * pass.output_grad[i];
    }
  }
};

/// The gradients of a linear layer before an operation.
template <class Own>
std::vector<float> gradients_before(const Own& op) {
  static const bool registered = [] {
    register_op(std::string(Own().type()), [](const Attributes&) { return std::make_shared<const Own>(); });
    return true;
  }();
  EXPECT_TRUE(registered);
  Graph graph("own");
  NodeId x = graph.input("x", {DType::f32, {1, 4}});
  x = graph.add(ops::Linear({.out_features = 6}), {x}, "fc");
  graph.add(op, {x}, "own");
  const LossGraph made = with_loss(graph, *cross_entropy_loss());
  Parameters parameters(made.graph, cpu_backend());
  initialise(parameters, made.graph, Initialisation::kaiming_normal, 3);
  Plan plan(made.graph, parameters, {.batch_size = 2});
  const std::vector<float> values{1, 2, 3, 4, -1, 2, -3, 1};
  const std::vector<std::int64_t> targets{1, 3};
  plan.bind_input(0, values);
  plan.bind_input(made.targets, targets);
  plan.forward();
  plan.backward();
  return cpu_backend().download_floats(parameters.grads());
}

TEST(CustomOp, HandsBackwardWhatItReads) {
  const std::vector<float> by_output = gradients_before(RegisteredExp());
  const std::vector<float> by_input = gradients_before(ExpOfInput());
  EXPECT_NE(by_input, std::vector<float>(by_input.size()));
  ASSERT_EQ(by_output.size(), by_input.size());
  for (std::size_t i = 0; i < by_input.size(); ++i) EXPECT_NEAR(by_output[i], by_input[i], 1e-6) << i;
}

TEST(CustomOp, RefusesOtherElementTypes) {
  register_example();
  KernelSpec spec;
  spec.type = "swish";
  spec.name = "own";
  spec.attributes = Swish().attributes();
  spec.inputs = {{DType::bf16, image.shape}};
  spec.output = image;
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    EXPECT_EQ(message_of<BadInput>([&] { backend->kernel(spec); }),
              "the operation swish of node \"own\" needs f32 or i64 inputs, found bf16");
  }
}

TEST(CustomOp, IsMeasuredAsAnyOther) {
  const Outcome outcome = train_step(cpu_backend());
  ASSERT_EQ(outcome.stats.size(), 2U);
  for (const TensorStats& stats : outcome.stats) {
    EXPECT_EQ(stats.count, 8 * 8 * 8 * 8);
    EXPECT_GT(stats.max, stats.min);
  }
  EXPECT_GE(outcome.stats[0].min, -0.28) << "the least value of swish with beta 1";
}

std::vector<float> swish_of_many(int threads) {
  const ThreadScope scope(threads);
  Graph graph("swish");
  const NodeId x = graph.input("x", {DType::f32, {1, 3, 32, 32}});
  graph.add(Swish(), {x}, "swish");
  Parameters parameters(graph, cpu_backend());
  initialise(parameters, graph, Initialisation::kaiming_normal, 0);
  Plan plan(graph, parameters, {.batch_size = 8, .mode = Mode::eval});
  Rng random(2, Purpose::test);
  std::vector<float> values(8 * 3 * 32 * 32);
  for (float& value : values) value = random.normal();
  plan.bind_input(x, values);
  plan.forward();
  return cpu_backend().download_floats(plan.value(graph.output()));
}

TEST(CustomOp, GivesTheSameBitsForAnyNumberOfThreads) {
  register_example();
  EXPECT_EQ(swish_of_many(1), swish_of_many(3));
}

TEST(CustomOp, SurvivesTheWayThroughJson) {
  register_example();
  const Graph graph = some_training().graph;
  const Graph read = graph_from_json(to_json(graph));
  EXPECT_EQ(to_json(read), to_json(graph));
  EXPECT_EQ(read.parameter_count(), graph.parameter_count());
}

TEST(CustomOp, PredictsWithoutABackwardPassButDoesNotTrain) {
  register_op("test-twice", [](const Attributes&) { return std::make_shared<const Twice>(); });
  Graph graph("twice");
  NodeId x = graph.input("x", {DType::f32, {1, 4}});
  x = graph.add(ops::Linear({.out_features = 2}), {x}, "fc");
  x = graph.add(Twice(), {x}, "twice");
  Parameters parameters(graph, cpu_backend());
  const std::vector<float> values{1, 2, 3, 4};
  Plan predicting(graph, parameters, {.mode = Mode::eval});
  predicting.bind_input(0, values);
  EXPECT_NO_THROW(predicting.forward());
  const LossGraph made = with_loss(graph, *cross_entropy_loss());
  const std::vector<std::int64_t> target{1};
  Plan training(made.graph, parameters, {});
  training.bind_input(0, values);
  training.bind_input(made.targets, target);
  training.forward();
  EXPECT_EQ(
      message_of<Error>([&] { training.backward(); }),
      "the operation test-twice of node \"twice\" cannot be trained: its class does not define backward");
}

TEST(CustomOp, ThatIsNotRegisteredIsRefusedWithASentence) {
  Graph graph("unknown");
  const NodeId x = graph.input("x", {DType::f32, {1, 3, 4, 4}});
  graph.add(MaskedExp(), {x}, "exp");
  Parameters parameters(graph, cpu_backend());
  EXPECT_EQ(
      message_of<Error>([&] { Plan(graph, parameters, {.mode = Mode::eval}); }),
      "the cpu backend has no kernel for \"test-masked-exp\" (node exp); a program registers an operation "
      "of its own with lehr::register_op");
  const std::string message = message_of<BadInput>([&] { graph_from_json(to_json(graph)); });
  EXPECT_TRUE(message.starts_with("node 1 of the graph: unknown operation \"test-masked-exp\"")) << message;
  EXPECT_TRUE(message.ends_with("; a program adds its own with lehr::register_op")) << message;
}

TEST(CustomOp, CannotTakeTheNameOfAnother) {
  register_example();
  const auto make = [](const Attributes&) { return std::make_shared<const Swish>(); };
  EXPECT_EQ(message_of<BadInput>([&] { register_op("swish", make); }),
            "the operation \"swish\" is registered already");
  EXPECT_EQ(message_of<BadInput>([&] { register_op("batch_norm", make); }),
            "the operation \"batch_norm\" is built in; register yours under another name");
}

}  // namespace
}  // namespace lehr
