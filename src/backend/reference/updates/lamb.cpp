#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/reference/updates/decay.hpp"
#include "backend/reference/updates/norm.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// You et al. 2019, with the trust ratio clipped. States: the first and the second moment.
class Lamb final : public Update {
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
      for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.count(); ++i) {
        const double direction = directions[static_cast<std::size_t>(i - tensor.offset)];
        args.parameters[i] =
            static_cast<float>(kept_value(args, i) - static_cast<double>(args.lr) * trust * direction);
      }
    }
  }

 private:
  double direction_of(const UpdateArgs& args, std::int64_t i) const {
    const double beta1 = static_cast<double>(args.momentum);
    const double steps = static_cast<double>(args.step);
    const double decay = static_cast<double>(args.weight_decay) * static_cast<double>(args.parameters[i]);
    const double grad = decayed_gradient(args, i) - decay;
    float& mean = args.states[0][i];
    float& square = args.states[1][i];
    mean = static_cast<float>(beta1 * static_cast<double>(mean) + (1 - beta1) * grad);
    square = static_cast<float>(beta2_ * static_cast<double>(square) + (1 - beta2_) * grad * grad);
    const double root = std::sqrt(static_cast<double>(square) / (1 - std::pow(beta2_, steps)));
    return static_cast<double>(mean) / (1 - std::pow(beta1, steps)) / (root + eps_) + decay;
  }

  double beta2_;
  double eps_;
  double most_trust_;
};

}  // namespace

void register_lamb(KernelRegistry& registry) {
  registry.add_update("lamb", [](const UpdateSpec& spec) { return std::make_unique<Lamb>(spec); });
}

}  // namespace lehr::reference
