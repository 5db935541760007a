#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Validation accuracy minus accuracy of the training set, evaluated alike, in the epoch with the best
/// validation accuracy. Later epochs may know the wrong labels by heart.
constexpr double noise_gap = 0.06;
constexpr double near_best = 0.9;

/// The epoch in which the validation set is furthest ahead, of those near the best one.
const store::EpochRow* clearest_epoch(const Facts& facts) {
  double best = 0;
  for (const store::EpochRow& epoch : facts.run().epochs)
    best = std::max(best, epoch.valid_accuracy.value_or(0));
  const store::EpochRow* clearest = nullptr;
  double largest = -1;
  for (const store::EpochRow& epoch : facts.run().epochs) {
    const auto train = epoch.metrics.find("train_eval_accuracy");
    if (train == epoch.metrics.end() || epoch.valid_accuracy.value_or(0) < near_best * best) continue;
    const double gap = *epoch.valid_accuracy - train->second;
    if (gap <= largest) continue;
    largest = gap;
    clearest = &epoch;
  }
  return clearest;
}

/// With the same evaluation, a training set cannot be harder than the validation set unless its labels are
/// worse.
std::optional<Finding> noisy_labels(const Facts& facts) {
  const store::EpochRow* best = clearest_epoch(facts);
  if (best == nullptr) return std::nullopt;
  const double valid = *best->valid_accuracy;
  const double train = best->metrics.at("train_eval_accuracy");
  const double gap = valid - train;
  if (gap < noise_gap || valid < store::collapse_limit(facts.classes())) return std::nullopt;
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("after epoch {} the network gets {} of the validation set right and only {} of "
                          "the training set that it learned",
                          best->epoch + 1, percent_text(valid, 1), percent_text(train, 1)),
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
                .explains = {"underfitting", "overfitting", "network-too-small", "last-not-best"}},
       .needs = {Need::validation, Need::training_eval, Need::end},
       .find = noisy_labels});
}

}  // namespace lehr::diagnosis
