#include "backend/reference/updates/norm.hpp"
#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// You, Gitman and Ginsburg 2017; with "clip" LARC. State: velocity.
class Lars final : public HostUpdate {
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
      const auto change = [&](std::int64_t i, double decayed) {
        const double grad = trust * decayed;
        float& buffer = args.states[0][i];
        const double velocity = momentum * static_cast<double>(buffer) + grad;
        buffer = static_cast<float>(velocity);
        const double direction = nesterov_ ? grad + momentum * velocity : velocity;
        return static_cast<double>(args.lr) * direction;
      };
      step_elements(args, tensor.offset, tensor.offset + tensor.count(), change);
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

void register_lars(KernelRegistry& registry) { add_rule<Lars>(registry, "lars"); }

}  // namespace lehr::reference
