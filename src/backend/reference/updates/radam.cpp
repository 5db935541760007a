#include <cmath>

#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// Liu et al. 2019, as torch.optim.RAdam. As long as there are too few steps to estimate the
/// variance of the adaptive rate, it uses only momentum.
class RAdam final : public HostUpdate {
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
    const double step_size = static_cast<double>(args.lr) / bias_correction(beta1, args.step);
    const double rectification =
        std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    step_elements(args, 0, args.count, [&](std::int64_t i, double grad) {
      double direction = update_mean(args.states[0][i], beta1, grad);
      const double square = update_mean_square(args.states[1][i], beta2_, grad);
      if (length > 5) direction *= rectification * std::sqrt(1 - power2) / (std::sqrt(square) + eps_);
      return step_size * direction;
    });
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_radam(KernelRegistry& registry) { add_rule<RAdam>(registry, "radam"); }

}  // namespace lehr::reference
