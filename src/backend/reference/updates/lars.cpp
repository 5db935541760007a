
#include "backend/reference/updates/decay.hpp"
#include "backend/reference/updates/norm.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// You, Gitman and Ginsburg 2017; with "clip" LARC. State: velocity.
class Lars final : public Update {
 public:
  explicit Lars(const UpdateSpec& spec)
      : trust_(spec.attributes.real("trust")),
        eps_(spec.attributes.real("eps")),
        clip_(spec.attributes.flag("clip")),
        nesterov_(spec.attributes.flag("nesterov")) {}
  int states() const override { return 1; }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    const double momentum = static_cast<double>(args.momentum);
    for (const UpdateTensor& tensor : args.tensors) {
      const double trust = tensor.rank > 1 ? trust_of(args, tensor) : 1;
      for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.count(); ++i) {
        const double grad = trust * decayed_gradient(args, i);
        float& buffer = args.states[0][i];
        const double velocity = momentum * static_cast<double>(buffer) + grad;
        buffer = static_cast<float>(velocity);
        const double direction = nesterov_ ? grad + momentum * velocity : velocity;
        args.parameters[i] =
            static_cast<float>(kept_value(args, i) - static_cast<double>(args.lr) * direction);
      }
    }
  }

 private:
  double trust_of(const UpdateArgs& args, const UpdateTensor& tensor) const {
    const double value_norm = norm(args.parameters + tensor.offset, tensor.count());
    const double grad_norm = norm(args.gradients + tensor.offset, tensor.count());
    if (value_norm == 0 || grad_norm == 0) return 1;
    const double decay = static_cast<double>(args.weight_decay);
    const double trust = trust_ * value_norm / (grad_norm + decay * value_norm + eps_);
    if (!clip_) return trust;
    const double lr = static_cast<double>(args.lr);
    return trust > lr ? 1 : trust / lr;
  }

  double trust_;
  double eps_;
  bool clip_;
  bool nesterov_;
};

}  // namespace

void register_lars(KernelRegistry& registry) {
  registry.add_update("lars", [](const UpdateSpec& spec) { return std::make_unique<Lars>(spec); });
}

}  // namespace lehr::reference
