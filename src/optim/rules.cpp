#include "lehr/optim/rules.hpp"

#include <array>
#include <functional>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

/// The spec of a rule that has the three decays.
template <class Rule>
OptimizerSpec spec_of(const Rule& rule, UpdateSpec update, double momentum) {
  return {std::move(update), momentum, rule.weight_decay, rule.decoupled_decay, rule.l1};
}

UpdateSpec adam_update(double beta2, double eps) { return {"adam", {{"beta2", beta2}, {"eps", eps}}}; }

template <class Rule>
UpdateSpec lars_update(const Rule& rule, bool clip) {
  return {"lars", {{"trust", rule.trust}, {"eps", rule.eps}, {"nesterov", rule.nesterov}, {"clip", clip}}};
}

using Named = std::pair<const char*, std::function<OptimizerSpec()>>;

template <class Rule>
Named named(const char* name, Rule rule) {
  return {name, [rule = std::move(rule)] { return OptimizerSpec(rule); }};
}

const auto& all_rules() {
  static const std::array rules{
      named("adagrad", Adagrad{}),
      named("adam", Adam{}),
      named("adam-fastai", fastai_adam()),
      named("adamw", AdamW{}),
      named("lamb", Lamb{}),
      named("larc", Larc{}),
      named("lars", Lars{}),
      named("lookahead-adam", Lookahead{}),
      named("lookahead-radam", Lookahead{.inner = RAdam{}}),
      named("lookahead-sgd", Lookahead{.inner = Sgd{.momentum = 0.9}}),
      named("muon", Muon{}),
      named("radam", RAdam{}),
      named("rmsprop", RMSprop{}),
      named("sgd", Sgd{}),
  };
  return rules;
}

}  // namespace

Sgd::operator OptimizerSpec() const {
  return spec_of(*this, {"sgd", {{"dampening", dampening}, {"nesterov", nesterov}}}, momentum);
}

Adam::operator OptimizerSpec() const { return spec_of(*this, adam_update(beta2, eps), beta1); }
AdamW::operator OptimizerSpec() const { return spec_of(*this, adam_update(beta2, eps), beta1); }

RMSprop::operator OptimizerSpec() const {
  return spec_of(*this, {"rmsprop", {{"alpha", alpha}, {"eps", eps}, {"centered", centered}}}, momentum);
}

Adagrad::operator OptimizerSpec() const {
  const Attributes attributes{
      {"lr_decay", lr_decay}, {"initial_accumulator", initial_accumulator}, {"eps", eps}};
  return spec_of(*this, {"adagrad", attributes}, 0);
}

RAdam::operator OptimizerSpec() const {
  return spec_of(*this, {"radam", {{"beta2", beta2}, {"eps", eps}}}, beta1);
}

Lookahead::operator OptimizerSpec() const {
  OptimizerSpec spec = inner;
  spec.update = {"lookahead", {{"k", k}, {"alpha", alpha}}, {inner.update}};
  return spec;
}

Lamb::operator OptimizerSpec() const {
  return spec_of(*this, {"lamb", {{"beta2", beta2}, {"eps", eps}, {"most_trust", most_trust}}}, beta1);
}

Lars::operator OptimizerSpec() const { return spec_of(*this, lars_update(*this, false), momentum); }
Larc::operator OptimizerSpec() const { return spec_of(*this, lars_update(*this, true), momentum); }

Muon::operator OptimizerSpec() const {
  const Attributes attributes{
      {"newton_schulz_steps", newton_schulz_steps}, {"nesterov", nesterov},
      {"scale_by_shape", scale_by_shape},           {"normalise_weights", normalise_weights},
      {"fallback_lr_ratio", fallback_lr_ratio},     {"fallback_momentum", fallback.momentum}};
  return spec_of(*this, {"muon", attributes, {fallback.update}}, momentum);
}

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : all_rules()) names.emplace_back(name);
  return names;
}

OptimizerSpec optimizer_by_name(std::string_view name) {
  for (const auto& [known, make] : all_rules()) {
    if (name == known) return make();
  }
  throw unknown_name("optimizer", name, optimizer_names());
}

}  // namespace lehr
