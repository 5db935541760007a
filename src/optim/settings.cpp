#include "optim/settings.hpp"

#include <cmath>
#include <sstream>

#include "lehr/core/error.hpp"

namespace lehr::optim {
namespace {

// The updates compute in f32, where 0.99999999999 is 1.
bool is_share(double value) { return value >= 0 && static_cast<float>(value) < 1; }

void check_sgd(const OptimizerSpec& spec) {
  const double dampening = spec.update.attributes.real("dampening");
  const bool nesterov = spec.update.attributes.flag("nesterov");
  require(is_share(spec.momentum), "the momentum of sgd", "at least 0 and below 1", spec.momentum);
  require(dampening >= 0 && dampening <= 1, "the dampening of sgd", "between 0 and 1", dampening);
  if (!nesterov) return;
  require(dampening == 0, "the dampening of sgd with Nesterov momentum", "0", dampening);
  require(spec.momentum > 0, "the momentum of sgd with Nesterov momentum", "above 0", spec.momentum);
}

void check_adam(const OptimizerSpec& spec) {
  const double beta2 = spec.update.attributes.real("beta2");
  const double eps = spec.update.attributes.real("eps");
  require(is_share(spec.momentum), "beta1 of adam", "at least 0 and below 1", spec.momentum);
  require(is_share(beta2), "beta2 of adam", "at least 0 and below 1", beta2);
  require(std::isnormal(static_cast<float>(eps)) && eps > 0, "eps of adam", "above 0 and finite", eps);
}

}  // namespace

void require(bool holds, const char* setting, const char* expected, double found) {
  if (holds) return;
  std::ostringstream message;
  message << setting << " must be " << expected << ", found " << found;
  throw BadInput(message.str());
}

void check_settings(const OptimizerSpec& spec) {
  require(spec.weight_decay >= 0 && std::isfinite(static_cast<float>(spec.weight_decay)), "the weight decay",
          "at least 0 and finite", spec.weight_decay);
  if (spec.update.type == "sgd") check_sgd(spec);
  if (spec.update.type == "adam") check_adam(spec);
}

}  // namespace lehr::optim
