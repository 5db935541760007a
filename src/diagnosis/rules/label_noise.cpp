#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Validation accuracy minus accuracy of the training set, evaluated alike.
constexpr double noise_gap = 0.06;

/// With the same evaluation, a training set cannot be harder than the validation set unless its labels are
/// worse.
std::optional<Finding> noisy_labels(const Facts& facts) {
  const store::EpochRow& last = last_epoch(facts);
  const auto train = last.metrics.find("train_eval_accuracy");
  if (train == last.metrics.end() || !last.valid_accuracy) return std::nullopt;
  const double gap = *last.valid_accuracy - train->second;
  if (gap < noise_gap || *last.valid_accuracy < store::collapse_limit(facts.classes())) return std::nullopt;
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("the network gets {} of the validation set right and only {} of the training "
                          "set that it learned",
                          percent_text(*last.valid_accuracy, 1), percent_text(train->second, 1)),
      .probability = 0.8};
  finding.evidence.push_back({"validation accuracy minus training accuracy", percent_text(gap, 1),
                              "below " + percent_text(noise_gap, 0)});
  finding.cure = {.text = "look at the training pictures with the highest loss, and use label smoothing",
                  .settings = {{"label-smoothing", "0.1"}}};
  return finding;
}

}  // namespace

void register_label_noise(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "label-noise",
                .title = "Labels of the training set are wrong",
                .meaning = "The network has learned the classes (the validation set shows it) and "
                           "disagrees with the labels of many training pictures. About as many labels are "
                           "wrong as the training accuracy is below the validation accuracy.",
                .explains = {"underfitting", "overfitting", "network-too-small"}},
       .needs = {Need::validation, Need::training_eval},
       .find = noisy_labels});
}

}  // namespace lehr::diagnosis
