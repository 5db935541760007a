#include <algorithm>
#include <utility>

#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {
namespace {

/// Zhang et al. 2019. States: those of the inner rule, then the slow weights.
class Lookahead final : public HostUpdate {
 public:
  Lookahead(const UpdateSpec& spec, std::unique_ptr<HostUpdate> inner)
      : inner_(std::move(inner)),
        every_(spec.attributes.integer("k")),
        alpha_(spec.attributes.real("alpha")) {}
  int states() const override { return inner_->states() + 1; }
  bool by_tensor() const override { return inner_->by_tensor(); }

  void apply(const UpdateArgs& args) override {
    const auto own = static_cast<std::size_t>(inner_->states());
    float* const slow = args.states[own];
    if (args.step == 1) std::copy_n(args.parameters, args.count, slow);
    UpdateArgs inner_args = args;
    inner_args.states = args.states.first(own);
    inner_->apply(inner_args);
    if (args.step % every_ != 0) return;
    for (std::int64_t i = 0; i < args.count; ++i) {
      const double from = static_cast<double>(slow[i]);
      const double to = static_cast<double>(args.parameters[i]);
      slow[i] = args.parameters[i] = static_cast<float>(from + alpha_ * (to - from));
    }
  }

 private:
  std::unique_ptr<HostUpdate> inner_;
  std::int64_t every_;
  double alpha_;
};

}  // namespace

void register_lookahead(KernelRegistry& registry) {
  registry.add_update("lookahead", [&registry](const UpdateSpec& spec) {
    return std::make_unique<Lookahead>(spec, registry.update("reference", spec.inner.at(0)));
  });
}

}  // namespace lehr::reference
