#include "optim/settings.hpp"

#include <cmath>
#include <sstream>

#include "lehr/core/error.hpp"

namespace lehr::optim {
namespace {

constexpr std::int64_t most_newton_schulz_steps = 100;

// The updates compute in f32, where 0.99999999999 is 1.
bool is_share(double value) { return value >= 0 && static_cast<float>(value) < 1; }
bool is_positive(double value) { return value > 0 && std::isnormal(static_cast<float>(value)); }
bool is_finite(double value) { return std::isfinite(static_cast<float>(value)); }

/// The settings of one rule, with the words for its errors.
struct Rule {
  const UpdateSpec& update;
  double momentum;

  bool is(const char* type) const { return update.type == type; }
  bool has_beta1() const { return is("adam") || is("radam") || is("lamb"); }
  std::string of(const char* setting) const { return std::string(setting) + " of " + update.type; }

  void share(const char* name) const {
    const double value = update.attributes.real(name);
    require(is_share(value), of(name), "at least 0 and below 1", value);
  }
  void positive(const char* name) const {
    const double value = update.attributes.real(name);
    require(is_positive(value), of(name), "above 0 and finite", value);
  }
  void not_negative(const char* name) const {
    const double value = update.attributes.real(name);
    require(value >= 0 && is_finite(value), of(name), "at least 0 and finite", value);
  }
};

void check_nesterov(const Rule& rule) {
  if (!rule.update.attributes.flag("nesterov")) return;
  require(rule.momentum > 0, "the momentum of " + rule.update.type + " with Nesterov momentum", "above 0",
          rule.momentum);
}

void check_sgd(const Rule& rule) {
  const double dampening = rule.update.attributes.real("dampening");
  require(dampening >= 0 && dampening <= 1, "the dampening of sgd", "between 0 and 1", dampening);
  if (rule.update.attributes.flag("nesterov")) {
    require(dampening == 0, "the dampening of sgd with Nesterov momentum", "0", dampening);
  }
  check_nesterov(rule);
}

void check_rule(const Rule& rule);

void check_lookahead(const Rule& rule) {
  const std::int64_t k = rule.update.attributes.integer("k");
  const double alpha = rule.update.attributes.real("alpha");
  require(k >= 1, "k of lookahead", "at least 1", static_cast<double>(k));
  require(alpha > 0 && alpha <= 1, "alpha of lookahead", "above 0 and at most 1", alpha);
  check_rule({rule.update.inner.at(0), rule.momentum});
}

void check_muon(const Rule& rule) {
  const std::int64_t steps = rule.update.attributes.integer("newton_schulz_steps");
  require(steps >= 1 && steps <= most_newton_schulz_steps, "newton_schulz_steps of muon", "between 1 and 100",
          static_cast<double>(steps));
  rule.not_negative("fallback_lr_ratio");
  check_nesterov(rule);
  check_rule({rule.update.inner.at(0), rule.update.attributes.real("fallback_momentum")});
}

void check_adaptive(const Rule& rule) {
  if (rule.is("adagrad")) {
    rule.not_negative("lr_decay");
    rule.not_negative("initial_accumulator");
  } else {
    rule.share(rule.is("rmsprop") ? "alpha" : "beta2");
  }
  if (rule.is("lamb")) rule.positive("most_trust");
  rule.positive("eps");
}

void check_rule(const Rule& rule) {
  if (rule.update.type.empty())
    throw BadInput("an optimizer was expected, such as Sgd{} or Adam{}, found none");
  require(is_share(rule.momentum), rule.has_beta1() ? rule.of("beta1") : "the " + rule.of("momentum"),
          "at least 0 and below 1", rule.momentum);
  if (rule.is("sgd")) return check_sgd(rule);
  if (rule.is("lookahead")) return check_lookahead(rule);
  if (rule.is("muon")) return check_muon(rule);
  if (rule.is("lars")) {
    rule.positive("trust");
    rule.not_negative("eps");
    return check_nesterov(rule);
  }
  check_adaptive(rule);
}

void check_decay(const char* name, double value) {
  require(value >= 0 && is_finite(value), name, "at least 0 and finite", value);
}

}  // namespace

void require(bool holds, std::string_view setting, std::string_view expected, double found) {
  if (holds) return;
  std::ostringstream message;
  message << setting << " must be " << expected << ", found " << found;
  throw BadInput(message.str());
}

void check_settings(const OptimizerSpec& spec) {
  check_decay("the weight decay", spec.weight_decay);
  check_decay("the decoupled weight decay", spec.decoupled_decay);
  check_decay("the L1 penalty", spec.l1);
  check_rule({spec.update, spec.momentum});
}

}  // namespace lehr::optim
