#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// Parameters that are trained alike.
struct ParameterGroup {
  std::string name;
  std::vector<std::string> parameters;   ///< full names, as in Parameters::entries
  double lr_scale = 1;                   ///< times the learning rate
  std::optional<double> weight_decay{};  ///< in place of the optimizer's own
  bool frozen = false;                   ///< norm layers train all the same, as in fastai
  bool freezes_norms = false;            ///< `frozen` holds for norm layers too, as freeze_named sets it
};

/// A learning rate for all groups or, with `first`, one spread geometrically from the first group to the
/// last in place of their own lr_scale, for one fit: fastai's slice.
struct LearningRate {
  double last;
  std::optional<double> first{};
  LearningRate(double rate) : last(rate) {}  // NOLINT(google-explicit-constructor): `fit(3, 0.01)`
  /// What a study suggested; throws BadInput where that was nothing.
  LearningRate(std::optional<double> rate);  // NOLINT(google-explicit-constructor)
  LearningRate(double first_rate, double last_rate) : last(last_rate), first(first_rate) {}
};
inline LearningRate slice(double first, double last) { return {first, last}; }

/// "body" and "head": the head begins at the last convolution or linear layer. A network of one such layer is
/// all head.
std::vector<ParameterGroup> default_groups(const Parameters& parameters);

/// The groups with every parameter frozen whose name fits one of the patterns (* stands for any text, ? for
/// any one character): `learner.set_groups(freeze_named(learner.groups(), {"0.*", "2.weight"}))`. That
/// includes the parameters of norm layers; their running mean and variance are still updated. A group of
/// which only a part is named becomes two; the named part is called "body.frozen" and has the settings of the
/// whole. The two count as two groups for slice(). Throws BadInput for a pattern that fits no name, with the
/// nearest name.
std::vector<ParameterGroup> freeze_named(std::span<const ParameterGroup> groups,
                                         const std::vector<std::string>& patterns);

}  // namespace lehr
