#pragma once

#include <lehr/extend.hpp>
#include <lehr/lehr.hpp>

#include <cmath>
#include <memory>
#include <vector>

/// The program's own operation: x * sigmoid(beta * x), with a trained beta for each channel.
/// Source: Ramachandran, Zoph and Le 2017, arXiv 1710.05941.
class Swish final : public lehr::CustomOp {
 public:
  explicit Swish(double first_beta = 1) : first_beta_(first_beta) {}

  std::string_view type() const override { return "swish"; }
  bool is_activation() const override { return true; }

  lehr::Attributes attributes() const override {
    lehr::Attributes all;
    all.set("beta", first_beta_);
    return all;
  }

  lehr::TensorSpec infer(std::span<const lehr::TensorSpec> inputs) const override {
    if (inputs.size() != 1 || inputs[0].dtype != lehr::DType::f32 || inputs[0].shape.rank() != 4) {
      throw lehr::BadInput("swish needs one f32 input (N, C, H, W)");
    }
    return inputs[0];
  }

  std::vector<lehr::ParameterSpec> parameters(std::span<const lehr::TensorSpec> inputs) const override {
    return {{"beta", lehr::ParameterRole::other, lehr::Shape{inputs[0].shape[1]}, first_beta_}};
  }

  void forward(const lehr::CustomForward& pass) const override {
    const auto& x = pass.inputs[0];
    const auto& beta = pass.parameters[0];
    lehr::parallel_for(x.size(), 4096, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) {
        pass.output[i] = x[i] * sigmoid(beta[x.index(i, 1)] * x[i]);
      }
    });
  }

  void backward(const lehr::CustomBackward& pass) const override {
    const auto& x = pass.inputs[0];
    const auto& beta = pass.parameters[0];
    const bool wants_input = static_cast<bool>(pass.input_grads[0]);
    const bool wants_beta = static_cast<bool>(pass.parameter_grads[0]);
    std::vector<double> sums(static_cast<std::size_t>(beta.size()));
    for (std::int64_t i = 0; i < x.size(); ++i) {
      const std::int64_t channel = x.index(i, 1);
      const float s = sigmoid(beta[channel] * x[i]);
      const float slope = x[i] * s * (1 - s);
      if (wants_input) pass.input_grads[0][i] = pass.output_grad[i] * (s + beta[channel] * slope);
      sums[static_cast<std::size_t>(channel)] += static_cast<double>(pass.output_grad[i] * x[i] * slope);
    }
    if (!wants_beta) return;
    for (std::int64_t c = 0; c < beta.size(); ++c) {
      pass.parameter_grads[0][c] = static_cast<float>(sums[static_cast<std::size_t>(c)]);
    }
  }

 private:
  static float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

  double first_beta_;
};
