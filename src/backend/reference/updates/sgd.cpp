#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// As torch.optim.SGD: the momentum buffer starts as the first gradient, without dampening.
class Sgd final : public HostUpdate {
 public:
  explicit Sgd(const UpdateSpec& spec)
      : dampening_(spec.attributes.real("dampening")), nesterov_(spec.attributes.flag("nesterov")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const double momentum = static_cast<double>(args.momentum);
    step_elements(args, 0, args.count, [&](std::int64_t i, double grad) {
      float& buffer = args.states[0][i];
      const double velocity =
          args.step == 1 ? grad : momentum * static_cast<double>(buffer) + (1 - dampening_) * grad;
      buffer = static_cast<float>(velocity);
      const double direction = momentum == 0 ? grad : nesterov_ ? grad + momentum * velocity : velocity;
      return static_cast<double>(args.lr) * direction;
    });
  }

 private:
  double dampening_;
  bool nesterov_;
};

}  // namespace

void register_sgd(KernelRegistry& registry) { add_rule<Sgd>(registry, "sgd"); }

}  // namespace lehr::reference
