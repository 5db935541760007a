#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Which rule turns gradients into updates, with the settings that stay. Made from Sgd{}, Adam{}, ... or by
/// name. The three decays apply to the ranges of parameters that have decay.
struct OptimizerSpec {
  UpdateSpec update;
  double momentum = 0;         ///< momentum of SGD, beta1 of Adam; a schedule may change it
  double weight_decay = 0;     ///< L2: times the value, added to the gradient (LAMB: to the direction)
  double decoupled_decay = 0;  ///< the value first shrinks by lr times this (Loshchilov and Hutter 2017)
  double l1 = 0;               ///< times the value's sign, added to the gradient

  /// Whether any of the decays is in use.
  bool decays() const { return weight_decay > 0 || decoupled_decay > 0 || l1 > 0; }
  /// Sets the kind of weight decay that the rule has by default: the decoupled one where decoupled_decay is
  /// not zero, as in AdamW, else L2.
  void set_weight_decay(double decay) { (decoupled_decay > 0 ? decoupled_decay : weight_decay) = decay; }
};

/// A rule with default settings by its name on the command line: "sgd", "adamw", "lookahead-adam", ... Throws
/// BadInput with the nearest valid name.
OptimizerSpec optimizer_by_name(std::string_view name);
std::vector<std::string> optimizer_names();

}  // namespace lehr
