#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::int64_t samples_to_compare = 16;  ///< of a batch
constexpr double mean_shift_limit = 0.5;         ///< of the mean, in std of the training input
/// Correlation of mean images: of the halves of a training batch, so that the pictures have a structure at
/// all, and of training and validation.
constexpr double clear_structure = 0.75;
constexpr double agreement_gap = 0.2;
constexpr double std_ratio_limit = 1.6;  ///< between the stds

/// The pictures of both sets have a common structure, and those of the validation set do not follow it.
bool looks_different(const Facts& facts) {
  const double within = facts.measured("input_agreement").value_or(0);
  const double between = facts.measured("valid_input_agreement").value_or(1);
  return within > clear_structure && between < within - agreement_gap;
}

std::optional<Finding> other_preprocessing(const Facts& facts) {
  if (facts.run().info.batch_size < samples_to_compare) return std::nullopt;
  const std::optional<double> mean = facts.measured("valid_input_mean");
  const std::optional<double> std = facts.measured("valid_input_std");
  if (!mean || !std) return std::nullopt;
  const double train_mean = facts.measured("input_mean").value_or(0);
  const double train_std = facts.measured("input_std").value_or(1);
  const double ratio = *std / train_std;
  const bool scaled = std::abs(*mean - train_mean) > mean_shift_limit * train_std ||
                      ratio > std_ratio_limit || ratio < 1 / std_ratio_limit;
  if (!scaled && !looks_different(facts)) return std::nullopt;
  const double between = facts.measured("valid_input_agreement").value_or(1);
  Finding finding{.severity = Severity::problem, .probability = 0.85};
  finding.says = scaled ? fmt::format(
                              "the input has mean {:.2g} and std {:.2g} in training, and mean {:.2g} and std "
                              "{:.2g} in validation",
                              train_mean, train_std, *mean, *std)
                        : fmt::format(
                              "the mean image of the validation set has a correlation of {:.2f} with that of "
                              "the training set, whose halves have {:.2f}",
                              between, facts.measured("input_agreement").value_or(1));
  finding.evidence = {
      {"mean in validation", fmt::format("{:.2g}", *mean), fmt::format("about {:.2g}", train_mean)},
      {"std in validation", fmt::format("{:.2g}", *std), fmt::format("about {:.2g}", train_std)},
      {"correlation of the mean images", fmt::format("{:.2f}", between),
       "about that of the halves of a training batch"}};
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
