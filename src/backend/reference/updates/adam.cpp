#include <cmath>

#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.Adam and AdamW: bias correction, eps outside the root.
class Adam final : public HostUpdate {
 public:
  explicit Adam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const double beta1 = static_cast<double>(args.momentum);
    const double step_size = static_cast<double>(args.lr) / bias_correction(beta1, args.step);
    const double root_correction = std::sqrt(bias_correction(beta2_, args.step));
    step_elements(args, 0, args.count, [&](std::int64_t i, double grad) {
      const double mean = update_mean(args.states[0][i], beta1, grad);
      const double square = update_mean_square(args.states[1][i], beta2_, grad);
      return step_size * mean / (std::sqrt(square) / root_correction + eps_);
    });
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_adam(KernelRegistry& registry) { add_rule<Adam>(registry, "adam"); }

}  // namespace lehr::reference
