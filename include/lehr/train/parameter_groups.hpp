#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// Parameters that are trained with the same settings.
struct ParameterGroup {
  std::string name;
  std::vector<std::string> parameters;   ///< full names, as in Parameters::entries
  double lr_scale = 1;                   ///< factor for the learning rate
  std::optional<double> weight_decay{};  ///< replaces the optimizer's value
  bool frozen = false;                   ///< norm layers are still trained, as in fastai
  bool freezes_norms = false;            ///< `frozen` also applies to norm layers; freeze_named sets this
};

/// The learning rate of one fit. Without `first` it applies to all groups. With `first`, the rates are spread
/// geometrically from the first group to the last and replace lr_scale, as fastai's slice does.
struct LearningRate {
  double last;
  std::optional<double> first{};
  LearningRate(double rate) : last(rate) {}  // NOLINT(google-explicit-constructor): `fit(3, 0.01)`
  /// For a suggested rate. Throws BadInput if it is empty.
  LearningRate(std::optional<double> rate);  // NOLINT(google-explicit-constructor)
  LearningRate(double first_rate, double last_rate) : last(last_rate), first(first_rate) {}
};
inline LearningRate slice(double first, double last) { return {first, last}; }

/// "body" and "head". The head begins at the last convolution or linear layer. If the network has only one
/// such layer, all of it is head.
std::vector<ParameterGroup> default_groups(const Parameters& parameters);

/// Returns the groups with those parameters frozen whose names match a pattern (* matches any text, ? any one
/// character): `learner.set_groups(freeze_named(learner.groups(), {"0.*", "2.weight"}))`. This includes the
/// parameters of norm layers; their running mean and variance are still updated. If only part of a group
/// matches, the group is split in two. The matching part is named "body.frozen" and has the settings of the
/// whole group. slice() counts the two as two groups. Throws BadInput, with the nearest name, if a pattern
/// matches no name.
std::vector<ParameterGroup> freeze_named(std::span<const ParameterGroup> groups,
                                         const std::vector<std::string>& patterns);

}  // namespace lehr
