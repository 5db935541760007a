#pragma once

#include <lehr/extend.hpp>

#include <memory>
#include <string>
#include <vector>

/// The program's own optimizer. Every value moves by the learning rate, in the direction given by
/// the sign of the momentum. OptimizerSpec::momentum is beta1. Source: Chen et al. 2023, "Symbolic
/// Discovery of Optimization Algorithms", arXiv 2302.06675.
class Lion final : public lehr::CustomUpdate {
 public:
  explicit Lion(double beta2) : beta2_(beta2) {
    if (!(beta2 >= 0 && beta2 < 1)) {
      throw lehr::BadInput("beta2 of lion must be at least 0 and below 1, found " + std::to_string(beta2));
    }
  }

  /// The paper's defaults.
  static lehr::OptimizerSpec spec() {
    lehr::OptimizerSpec defaults;
    defaults.update.type = "lion";
    defaults.update.attributes.set("beta2", 0.99);
    defaults.momentum = 0.9;
    return defaults;
  }

  std::vector<std::string> states() const override { return {"momentum"}; }

  void apply(const lehr::CustomStep& step) const override {
    for (std::size_t i = 0; i < step.values.size(); ++i) {
      const double gradient = static_cast<double>(step.gradient(i));
      float& momentum = step.states[0][i];
      const double mixed = step.momentum * static_cast<double>(momentum) + (1 - step.momentum) * gradient;
      const double sign = mixed > 0 ? 1 : mixed < 0 ? -1 : 0;
      momentum = static_cast<float>(beta2_ * static_cast<double>(momentum) + (1 - beta2_) * gradient);
      step.values[i] = static_cast<float>(static_cast<double>(step.kept(i)) - step.lr * sign);
    }
  }

 private:
  double beta2_;
};
