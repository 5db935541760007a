#pragma once

#include <lehr/extend.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/// The program's own loss: the mean of -(1 - p)^gamma log p, where p is the probability of the true
/// class. It is an operation whose inputs are scores and class numbers. Source: Lin et al. 2017,
/// arXiv 1708.02002.
class FocalLoss final : public lehr::CustomOp {
 public:
  explicit FocalLoss(double gamma = 2) : gamma_(gamma) {
    if (!(gamma >= 0 && gamma <= 100)) {
      throw lehr::BadInput("focal needs a gamma from 0 to 100, found " + std::to_string(gamma));
    }
  }

  std::string_view type() const override { return "focal"; }

  lehr::Attributes attributes() const override {
    lehr::Attributes all;
    all.set("gamma", gamma_);
    return all;
  }

  lehr::TensorSpec infer(std::span<const lehr::TensorSpec> inputs) const override {
    if (inputs.size() != 2 || inputs[0].shape.rank() != 2 || inputs[1].dtype != lehr::DType::i64) {
      throw lehr::BadInput("focal needs scores (N, classes) and class numbers (N): it cannot mix samples");
    }
    return {lehr::DType::f32, lehr::Shape{1}};
  }

  void forward(const lehr::CustomForward& pass) const override {
    const auto& scores = pass.inputs[0];
    const auto& targets = pass.inputs[1].integers;
    double sum = 0;
    for (std::int64_t n = 0; n < scores.shape[0]; ++n) {
      const double log_p = log_probability(scores, n, targets[static_cast<std::size_t>(n)]);
      sum -= std::pow(1 - std::exp(log_p), gamma_) * log_p;
    }
    pass.output[0] = static_cast<float>(sum / static_cast<double>(scores.shape[0]));
  }

  void backward(const lehr::CustomBackward& pass) const override {
    if (!pass.input_grads[0]) return;
    const auto& scores = pass.inputs[0];
    const auto& targets = pass.inputs[1].integers;
    const double factor = static_cast<double>(pass.output_grad[0]) / static_cast<double>(scores.shape[0]);
    for (std::int64_t n = 0; n < scores.shape[0]; ++n) {
      const std::int64_t target = targets[static_cast<std::size_t>(n)];
      const double log_p = log_probability(scores, n, target);
      const double p = std::exp(log_p);
      double slope = -std::pow(1 - p, gamma_);  // derivative of the loss by log p
      if (gamma_ > 0 && p < 1) slope += gamma_ * std::pow(1 - p, gamma_ - 1) * p * log_p;
      for (std::int64_t c = 0; c < scores.shape[1]; ++c) {
        const double share = std::exp(log_probability(scores, n, c));
        const double direction = (c == target ? 1 : 0) - share;
        pass.input_grads[0].at(n, c) = static_cast<float>(factor * slope * direction);
      }
    }
  }

 private:
  static double log_probability(const lehr::CustomTensor<const float>& scores, std::int64_t n,
                                std::int64_t c) {
    float highest = scores.at(n, 0);
    for (std::int64_t k = 1; k < scores.shape[1]; ++k) highest = std::max(highest, scores.at(n, k));
    double sum = 0;
    for (std::int64_t k = 0; k < scores.shape[1]; ++k) {
      sum += std::exp(static_cast<double>(scores.at(n, k)) - static_cast<double>(highest));
    }
    return static_cast<double>(scores.at(n, c)) - static_cast<double>(highest) - std::log(sum);
  }

  double gamma_;
};
