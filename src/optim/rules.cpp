#include "lehr/optim/rules.hpp"

#include <utility>

#include "core/open_registry.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/optim/register_optimizer.hpp"
#include "optim/settings.hpp"

namespace lehr {
namespace {

/// The spec of a rule with the three decays.
template <class Rule>
OptimizerSpec spec_of(const Rule& rule, UpdateSpec update, double momentum) {
  return {std::move(update), momentum, rule.weight_decay, rule.decoupled_decay, rule.l1};
}

UpdateSpec adam_update(double beta2, double eps) { return {"adam", {{"beta2", beta2}, {"eps", eps}}}; }

template <class Rule>
UpdateSpec lars_update(const Rule& rule, bool clip) {
  return {"lars", {{"trust", rule.trust}, {"eps", rule.eps}, {"nesterov", rule.nesterov}, {"clip", clip}}};
}

using Names = OpenRegistry<OptimizerSpec>;

constexpr RegistryWords words{"optimizer", "lehr::register_optimizer"};

void add_all(Names& names) {
  names.add_built_in("adagrad", Adagrad{});
  names.add_built_in("adam", Adam{});
  names.add_built_in("adam-fastai", fastai_adam());
  names.add_built_in("adamw", AdamW{});
  names.add_built_in("lamb", Lamb{});
  names.add_built_in("larc", Larc{});
  names.add_built_in("lars", Lars{});
  names.add_built_in("lookahead-adam", Lookahead{});
  names.add_built_in("lookahead-radam", Lookahead{.inner = RAdam{}});
  names.add_built_in("lookahead-sgd", Lookahead{.inner = Sgd{.momentum = 0.9}});
  names.add_built_in("muon", Muon{});
  names.add_built_in("radam", RAdam{});
  names.add_built_in("rmsprop", RMSprop{});
  names.add_built_in("sgd", Sgd{});
}

Names& names() {
  static Names all(words, add_all);
  return all;
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

std::vector<std::string> optimizer_names() { return names().names(); }

OptimizerSpec optimizer_by_name(std::string_view name) { return names().at(name); }

void register_optimizer(const OptimizerSpec& defaults, UpdateFactory make) {
  const std::string& type = defaults.update.type;
  if (optim::is_built_in(type)) throw detail::name_is_taken(words, type, true);
  if (!make) throw BadInput("the optimizer " + in_quotes(type) + " needs a function that makes its rule");
  optim::check_settings(defaults);
  if (!make(defaults.update.attributes)) {
    throw BadInput("what makes the rule of the optimizer " + in_quotes(type) + " made nothing");
  }
  names().add(type, defaults);
  register_custom_update(type, std::move(make));
}

}  // namespace lehr
