#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/reference/updates/norm.hpp"
#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// You et al. 2019, with the trust ratio clipped. States: the first and the second moment.
class Lamb final : public HostUpdate {
 public:
  explicit Lamb(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")),
        eps_(spec.attributes.real("eps")),
        most_trust_(spec.attributes.real("most_trust")) {}
  int states() const override { return 2; }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    for (const UpdateTensor& tensor : args.tensors) {
      std::vector<double> directions;
      for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.count(); ++i) {
        directions.push_back(direction_of(args, i));
      }
      const double value_norm = kept_share(args) * norm(args.parameters + tensor.offset, tensor.count());
      const double direction_norm = norm(directions.data(), tensor.count());
      const bool trusted = value_norm > 0 && direction_norm > 0;
      const double trust = trusted ? std::min(value_norm / direction_norm, most_trust_) : 1;
      step_elements(args, tensor.offset, tensor.offset + tensor.count(), [&](std::int64_t i, double) {
        return static_cast<double>(args.lr) * trust * directions[static_cast<std::size_t>(i - tensor.offset)];
      });
    }
  }

 private:
  double direction_of(const UpdateArgs& args, std::int64_t i) const {
    const double beta1 = static_cast<double>(args.momentum);
    const double decay = static_cast<double>(args.weight_decay) * static_cast<double>(args.parameters[i]);
    const double grad = decayed_gradient(args, i) - decay;
    const double mean = update_mean(args.states[0][i], beta1, grad);
    const double square = update_mean_square(args.states[1][i], beta2_, grad);
    const double root = std::sqrt(square / bias_correction(beta2_, args.step));
    return mean / bias_correction(beta1, args.step) / (root + eps_) + decay;
  }

  double beta2_;
  double eps_;
  double most_trust_;
};

}  // namespace

void register_lamb(KernelRegistry& registry) { add_rule<Lamb>(registry, "lamb"); }

}  // namespace lehr::reference
