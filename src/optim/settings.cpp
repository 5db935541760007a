#include "optim/settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr::optim {
namespace {

constexpr std::int64_t max_newton_schulz_steps = 100;

// Updates compute in f32. There, 0.99999999999 equals 1.
bool is_share(double value) { return value >= 0 && static_cast<float>(value) < 1; }
bool is_positive(double value) { return value > 0 && std::isnormal(static_cast<float>(value)); }
bool is_finite(double value) { return std::isfinite(static_cast<float>(value)); }

/// The settings of one rule, and names for its error messages.
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
  require(steps >= 1 && steps <= max_newton_schulz_steps, "newton_schulz_steps of muon", "between 1 and 100",
          static_cast<double>(steps));
  rule.not_negative("fallback_lr_ratio");
  check_nesterov(rule);
  check_rule({rule.update.inner.at(0), rule.update.attributes.real("fallback_momentum")});
}

void check_lars(const Rule& rule) {
  rule.positive("trust");
  rule.not_negative("eps");
  check_nesterov(rule);
}

void check_adagrad(const Rule& rule) {
  rule.not_negative("lr_decay");
  rule.not_negative("initial_accumulator");
  rule.positive("eps");
}

void check_rmsprop(const Rule& rule) {
  rule.share("alpha");
  rule.positive("eps");
}

void check_moments(const Rule& rule) {
  rule.share("beta2");
  if (rule.is("lamb")) rule.positive("most_trust");
  rule.positive("eps");
}

using Check = void (*)(const Rule&);

/// The built-in rules. A registered rule checks its own attributes when it is made.
constexpr std::array<std::pair<std::string_view, Check>, 9> checks{{{"adagrad", check_adagrad},
                                                                    {"adam", check_moments},
                                                                    {"lamb", check_moments},
                                                                    {"lars", check_lars},
                                                                    {"lookahead", check_lookahead},
                                                                    {"muon", check_muon},
                                                                    {"radam", check_moments},
                                                                    {"rmsprop", check_rmsprop},
                                                                    {"sgd", check_sgd}}};

const std::pair<std::string_view, Check>* find_check(std::string_view type) {
  const auto* const found = std::ranges::find(checks, type, &std::pair<std::string_view, Check>::first);
  return found == checks.end() ? nullptr : found;
}

void check_rule(const Rule& rule) {
  if (rule.update.type.empty())
    throw BadInput("an optimizer was expected, such as Sgd{} or Adam{}, found none");
  require(is_share(rule.momentum), rule.has_beta1() ? rule.of("beta1") : "the " + rule.of("momentum"),
          "at least 0 and below 1", rule.momentum);
  if (const auto* built_in = find_check(rule.update.type)) built_in->second(rule);
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

bool is_built_in(std::string_view type) { return find_check(type) != nullptr; }

void check_settings(const OptimizerSpec& spec) {
  check_decay("the weight decay", spec.weight_decay);
  check_decay("the decoupled weight decay", spec.decoupled_decay);
  check_decay("the L1 penalty", spec.l1);
  check_rule({spec.update, spec.momentum});
}

}  // namespace lehr::optim
