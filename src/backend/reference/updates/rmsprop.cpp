#include <algorithm>
#include <cmath>

#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.RMSprop. States: mean square, velocity and, if centered, mean.
class RmsProp final : public HostUpdate {
 public:
  explicit RmsProp(const UpdateSpec& spec)
      : alpha_(spec.attributes.real("alpha")),
        eps_(spec.attributes.real("eps")),
        centered_(spec.attributes.flag("centered")) {}
  int states() const override { return centered_ ? 3 : 2; }

  void apply(const UpdateArgs& args) override {
    const double momentum = static_cast<double>(args.momentum);
    step_elements(args, 0, args.count, [&](std::int64_t i, double grad) {
      float& velocity = args.states[1][i];
      double direction = grad / (std::sqrt(variance(args, i, grad)) + eps_);
      if (momentum > 0) {
        direction += momentum * static_cast<double>(velocity);
        velocity = static_cast<float>(direction);
      }
      return static_cast<double>(args.lr) * direction;
    });
  }

 private:
  double variance(const UpdateArgs& args, std::int64_t i, double grad) const {
    const double square = update_mean_square(args.states[0][i], alpha_, grad);
    if (!centered_) return square;
    const double mean = update_mean(args.states[2][i], alpha_, grad);
    return std::max(0.0, square - mean * mean);
  }

  double alpha_;
  double eps_;
  bool centered_;
};

}  // namespace

void register_rmsprop(KernelRegistry& registry) { add_rule<RmsProp>(registry, "rmsprop"); }

}  // namespace lehr::reference
