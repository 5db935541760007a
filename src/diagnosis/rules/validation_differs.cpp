#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double mean_shift_limit = 0.5;  ///< of the mean, in std of the training input
constexpr double std_ratio_limit = 1.6;   ///< between the stds

std::optional<Finding> other_preprocessing(const Facts& facts) {
  const std::optional<double> mean = facts.measured("valid_input_mean");
  const std::optional<double> std = facts.measured("valid_input_std");
  if (!mean || !std) return std::nullopt;
  const double train_mean = facts.measured("input_mean").value_or(0);
  const double train_std = facts.measured("input_std").value_or(1);
  const double ratio = *std / train_std;
  const bool differs = std::abs(*mean - train_mean) > mean_shift_limit * train_std ||
                       ratio > std_ratio_limit || ratio < 1 / std_ratio_limit;
  if (!differs) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("the input has mean {:.2g} and std {:.2g} in training, and mean {:.2g} and std "
                          "{:.2g} in validation",
                          train_mean, train_std, *mean, *std),
      .probability = 0.85};
  finding.evidence.push_back(
      {"mean in validation", fmt::format("{:.2g}", *mean), fmt::format("about {:.2g}", train_mean)});
  finding.evidence.push_back(
      {"std in validation", fmt::format("{:.2g}", *std), fmt::format("about {:.2g}", train_std)});
  finding.cure.text = "give both sets the same pictures and the same preprocessing";
  return finding;
}

}  // namespace

void register_validation_differs(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "validation-differs",
                .title = "Validation pictures are prepared differently",
                .meaning = "The network is judged by inputs that it was not trained for. Its validation "
                           "accuracy says nothing about what it has learned.",
                .explains = {"accuracy-at-chance", "overfitting", "labels-mismatched", "last-not-best",
                             "class-never-predicted", "label-noise", "underfitting",
                             "augmentation-too-strong"}},
       .needs = {Need::start},
       .find = other_preprocessing});
}

}  // namespace lehr::diagnosis
