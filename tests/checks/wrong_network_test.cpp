// Networks that only a program can make: with a wrong backward pass, and with one that returns no gradient.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "lehr/checks/checks.hpp"
#include "lehr/engine/custom_op.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::checks {
namespace {

/// tanh(x), whose gradient is multiplied by a factor that should be 1.
class Tanh final : public CustomOp {
 public:
  explicit Tanh(float factor) : factor_(factor) {}
  std::string_view type() const override { return "test-checks-tanh"; }
  Attributes attributes() const override {
    Attributes given;
    given.set("factor", factor_);
    return given;
  }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override { return inputs[0]; }
  BackwardReads backward_reads() const override { return {.output = true}; }
  void forward(const CustomForward& pass) const override {
    for (std::int64_t i = 0; i < pass.output.size(); ++i) pass.output[i] = std::tanh(pass.inputs[0][i]);
  }
  void backward(const CustomBackward& pass) const override {
    for (std::int64_t i = 0; i < pass.output_grad.size(); ++i) {
      pass.input_grads[0][i] = factor_ * (1 - pass.output[i] * pass.output[i]) * pass.output_grad[i];
    }
  }

 private:
  float factor_;
};

CheckResult gradients_with(float factor) {
  [[maybe_unused]] static const bool registered = [] {
    register_op("test-checks-tanh", [](const Attributes& given) {
      return std::make_shared<Tanh>(static_cast<float>(given.real("factor")));
    });
    return true;
  }();
  TrainConfig config;
  config.data = "digits:200";
  CheckHooks hooks;
  hooks.setup.model = [factor](const Shape& in, std::int64_t classes) {
    Graph graph("two-layers");
    NodeId x = graph.input("images", {DType::f32, {1, in[0], in[1], in[2]}});
    x = graph.add(ops::Flatten(), {x}, "flatten");
    x = graph.add(ops::Linear({.out_features = 16}), {x}, "first");
    x = graph.add(Tanh(factor), {x}, "tanh");
    graph.add(ops::Linear({.out_features = classes}), {x}, "last");
    return graph;
  };
  return run_checks(config, {"gradients"}, hooks).results.at(0);
}

TEST(CheckGradients, PassesARightBackwardPass) {
  const CheckResult result = gradients_with(1);
  EXPECT_EQ(result.outcome, Outcome::passed) << result.found;
}

TEST(CheckGradients, FindsAWrongBackwardPass) {
  for (const float factor : {0.5F, -1.0F, 1.5F}) {
    const CheckResult result = gradients_with(factor);
    EXPECT_EQ(result.outcome, Outcome::failed) << factor << ": " << result.found;
    EXPECT_NE(result.found.find("(first."), std::string::npos) << result.found;
  }
}

}  // namespace
}  // namespace lehr::checks
