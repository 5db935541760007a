#include <algorithm>
#include <cmath>

#include "backend/reference/updates/decay.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.RMSprop. States: mean square, velocity and, where centered, mean.
class RmsProp final : public Update {
 public:
  explicit RmsProp(const UpdateSpec& spec)
      : alpha_(spec.attributes.real("alpha")),
        eps_(spec.attributes.real("eps")),
        centered_(spec.attributes.flag("centered")) {}
  int states() const override { return centered_ ? 3 : 2; }

  void apply(const UpdateArgs& args) override {
    const double momentum = static_cast<double>(args.momentum);
    for (std::int64_t i = 0; i < args.count; ++i) {
      const double grad = decayed_gradient(args, i);
      float& square = args.states[0][i];
      float& velocity = args.states[1][i];
      square = static_cast<float>(alpha_ * static_cast<double>(square) + (1 - alpha_) * grad * grad);
      double direction = grad / (std::sqrt(variance(args, i, grad)) + eps_);
      if (momentum > 0) {
        direction += momentum * static_cast<double>(velocity);
        velocity = static_cast<float>(direction);
      }
      args.parameters[i] = static_cast<float>(kept_value(args, i) - static_cast<double>(args.lr) * direction);
    }
  }

 private:
  double variance(const UpdateArgs& args, std::int64_t i, double grad) const {
    const double square = static_cast<double>(args.states[0][i]);
    if (!centered_) return square;
    float& mean = args.states[2][i];
    mean = static_cast<float>(alpha_ * static_cast<double>(mean) + (1 - alpha_) * grad);
    return std::max(0.0, square - static_cast<double>(mean) * static_cast<double>(mean));
  }

  double alpha_;
  double eps_;
  bool centered_;
};

}  // namespace

void register_rmsprop(KernelRegistry& registry) {
  registry.add_update("rmsprop", [](const UpdateSpec& spec) { return std::make_unique<RmsProp>(spec); });
}

}  // namespace lehr::reference
