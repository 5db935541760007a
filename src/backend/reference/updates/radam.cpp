#include <cmath>

#include "backend/reference/updates/decay.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// Liu et al. 2019, as torch.optim.RAdam: while too few steps tell the variance of the adaptive rate,
/// momentum alone.
class RAdam final : public Update {
 public:
  explicit RAdam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const double beta1 = static_cast<double>(args.momentum);
    const double steps = static_cast<double>(args.step);
    const double power2 = std::pow(beta2_, steps);
    const double longest = 2 / (1 - beta2_) - 1;
    const double length = longest - 2 * steps * power2 / (1 - power2);
    const double step_size = static_cast<double>(args.lr) / (1 - std::pow(beta1, steps));
    const double rectification =
        std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    for (std::int64_t i = 0; i < args.count; ++i) {
      const double grad = decayed_gradient(args, i);
      float& mean = args.states[0][i];
      float& square = args.states[1][i];
      mean = static_cast<float>(beta1 * static_cast<double>(mean) + (1 - beta1) * grad);
      square = static_cast<float>(beta2_ * static_cast<double>(square) + (1 - beta2_) * grad * grad);
      double direction = static_cast<double>(mean);
      if (length > 5) {
        const double root = std::sqrt(static_cast<double>(square)) + eps_;
        direction *= rectification * std::sqrt(1 - power2) / root;
      }
      args.parameters[i] = static_cast<float>(kept_value(args, i) - step_size * direction);
    }
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_radam(KernelRegistry& registry) {
  registry.add_update("radam", [](const UpdateSpec& spec) { return std::make_unique<RAdam>(spec); });
}

}  // namespace lehr::reference
