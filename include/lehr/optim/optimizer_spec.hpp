#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// The rule that turns gradients into updates, with its fixed settings. Made from Sgd{}, Adam{},
/// ... or by name. The three decays apply to the parameter ranges that have `decay` set.
struct OptimizerSpec {
  UpdateSpec update;
  double momentum = 0;  ///< momentum of SGD, beta1 of Adam; a schedule may change it
  /// L2: weight_decay * value is added to the gradient (LAMB: to the direction)
  double weight_decay = 0;
  /// The value is first multiplied by 1 - lr * decoupled_decay (Loshchilov and Hutter 2017).
  double decoupled_decay = 0;
  double l1 = 0;  ///< l1 * sign(value) is added to the gradient

  /// Whether any decay is above 0.
  bool decays() const { return weight_decay > 0 || decoupled_decay > 0 || l1 > 0; }
  /// Sets the rule's default kind of weight decay: decoupled if decoupled_decay is not zero, as in
  /// AdamW, else L2.
  void set_weight_decay(double decay) { (decoupled_decay > 0 ? decoupled_decay : weight_decay) = decay; }
};

/// A rule with default settings, by its name on the command line: "sgd", "adamw", "lookahead-adam",
/// ... Throws BadInput with the nearest valid name.
OptimizerSpec optimizer_by_name(std::string_view name);
std::vector<std::string> optimizer_names();

}  // namespace lehr
