#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/lookahead.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "backend/cpu/updates/scaffold-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void LookaheadRange(float* values, float* slow_values, std::int64_t begin, std::int64_t end, float alpha) {
  const FloatVec share = hn::Set(FloatTag(), alpha);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec slow = access.load(slow_values + i);
    const FloatVec met = hn::MulAdd(share, hn::Sub(access.load(values + i), slow), slow);
    access.store(met, slow_values + i);
    access.store(met, values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(LookaheadRange);

/// Zhang et al. 2019. Every k steps of the inner rule, the slow weights move towards the fast
/// weights by a fixed share, and the fast weights restart from there. States: those of the inner
/// rule, then the slow weights.
class Lookahead final : public HostUpdate {
 public:
  Lookahead(const UpdateSpec& spec, std::unique_ptr<HostUpdate> inner)
      : inner_(std::move(inner)),
        every_(spec.attributes.integer("k")),
        alpha_(static_cast<float>(spec.attributes.real("alpha"))) {}
  int states() const override { return inner_->states() + 1; }
  bool by_tensor() const override { return inner_->by_tensor(); }

  void apply(const UpdateArgs& args) override {
    float* const slow = args.states[static_cast<std::size_t>(inner_->states())];
    if (args.step == 1) std::copy_n(args.parameters, args.count, slow);
    UpdateArgs inner_args = args;
    inner_args.states = args.states.first(static_cast<std::size_t>(inner_->states()));
    inner_->apply(inner_args);
    if (args.step % every_ != 0) return;
    update_in_parts(args.count, light_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(LookaheadRange)(args.parameters, slow, begin, end, alpha_);
    });
  }

 private:
  std::unique_ptr<HostUpdate> inner_;
  std::int64_t every_;
  float alpha_;
};

}  // namespace

void register_lookahead(KernelRegistry& registry) {
  registry.add_update("lookahead", [&registry](const UpdateSpec& spec) {
    return std::make_unique<Lookahead>(spec, registry.update("cpu", spec.inner.at(0)));
  });
}

}  // namespace lehr::cpu
#endif
