#include <cmath>

#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.Adagrad. State: the sum of squares without the initial accumulator, because
/// states start at zero.
class Adagrad final : public HostUpdate {
 public:
  explicit Adagrad(const UpdateSpec& spec)
      : lr_decay_(spec.attributes.real("lr_decay")),
        initial_(spec.attributes.real("initial_accumulator")),
        eps_(spec.attributes.real("eps")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const double rate = static_cast<double>(args.lr) / (1 + static_cast<double>(args.step - 1) * lr_decay_);
    step_elements(args, 0, args.count, [&](std::int64_t i, double grad) {
      float& sum = args.states[0][i];
      sum = static_cast<float>(static_cast<double>(sum) + grad * grad);
      return rate * grad / (std::sqrt(static_cast<double>(sum) + initial_) + eps_);
    });
  }

 private:
  double lr_decay_;
  double initial_;
  double eps_;
};

}  // namespace

void register_adagrad(KernelRegistry& registry) { add_rule<Adagrad>(registry, "adagrad"); }

}  // namespace lehr::reference
