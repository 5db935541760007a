#include <cmath>

#include "backend/reference/updates/decay.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.Adam and AdamW: bias correction, eps outside the root.
class Adam final : public Update {
 public:
  explicit Adam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const double beta1 = static_cast<double>(args.momentum);
    const double steps = static_cast<double>(args.step);
    const double step_size = static_cast<double>(args.lr) / (1 - std::pow(beta1, steps));
    const double root_correction = std::sqrt(1 - std::pow(beta2_, steps));
    for (std::int64_t i = 0; i < args.count; ++i) {
      const double grad = decayed_gradient(args, i);
      float& mean = args.states[0][i];
      float& square = args.states[1][i];
      mean = static_cast<float>(beta1 * static_cast<double>(mean) + (1 - beta1) * grad);
      square = static_cast<float>(beta2_ * static_cast<double>(square) + (1 - beta2_) * grad * grad);
      const double root = std::sqrt(static_cast<double>(square)) / root_correction + eps_;
      args.parameters[i] =
          static_cast<float>(kept_value(args, i) - step_size * static_cast<double>(mean) / root);
    }
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_adam(KernelRegistry& registry) {
  registry.add_update("adam", [](const UpdateSpec& spec) { return std::make_unique<Adam>(spec); });
}

}  // namespace lehr::reference
