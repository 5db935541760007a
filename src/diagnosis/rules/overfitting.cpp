#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Of the validation loss, over its lowest value. Source: Amazon SageMaker Debugger. That it rises while the
/// training loss falls: UMLAUT (Schoop et al. 2021).
constexpr double overfitting_rise = 0.1;
constexpr double known_by_heart = 0.9;
constexpr double overfitting_gap = 0.2;
constexpr int overfitting_epochs = 3;

/// The training set is known, and far less of the validation set. Amazon SageMaker Debugger warns from a
/// ratio of 0.1 of the losses on.
std::optional<Finding> gap_of_sets(const Facts& facts) {
  const store::EpochRow& last = *facts.last_validated();
  const double gap = last.train_accuracy - last.valid_accuracy.value_or(1);
  if (last.train_accuracy < known_by_heart || gap < overfitting_gap) return std::nullopt;
  return Finding{
      .severity = Severity::warning,
      .says = fmt::format("overfitting: {} of the training set is right, and {} of the validation set",
                          percent_text(last.train_accuracy, 1), percent_text(*last.valid_accuracy, 1)),
      .probability = 0.8,
      .evidence = {{"training accuracy minus validation accuracy", percent_text(gap, 1),
                    "below " + percent_text(overfitting_gap, 0)}},
      .cure = {.text = "use augmentation, more data, weight decay or dropout",
               .settings = {{"augment", "light"}}}};
}

std::optional<Finding> overfits(const Facts& facts) {
  const store::EpochRow* last = facts.last_validated();
  const store::EpochRow* best = last;
  EvidenceChart chart{.title = "validation loss by epoch"};
  for (const store::EpochRow& epoch : facts.run().epochs) {
    if (!epoch.valid_loss) continue;
    if (*epoch.valid_loss < *best->valid_loss) best = &epoch;
    chart.batches.push_back(epoch.epoch);
    chart.values.push_back(*epoch.valid_loss);
  }
  if (last->epoch - best->epoch < overfitting_epochs) return gap_of_sets(facts);
  const double rise = *last->valid_loss / *best->valid_loss - 1;
  if (!(rise >= overfitting_rise) || !(last->train_loss < best->train_loss)) return gap_of_sets(facts);
  return Finding{
      .severity = Severity::warning,
      .says =
          fmt::format("overfitting: validation loss rose by {} in the {} since epoch {} while training loss "
                      "fell",
                      percent_text(rise, 0), counted(last->epoch - best->epoch, "epoch"), best->epoch + 1),
      .probability = 0.9,
      .evidence = {{"validation loss, last over lowest", fmt::format("+{}", percent_text(rise, 0)),
                    "below +" + percent_text(overfitting_rise, 0)}},
      .chart = std::move(chart),
      .cure = {.text = "use augmentation, more data, weight decay or dropout, or keep the best model",
               .settings = {{"save-best", "true"}}}};
}

}  // namespace

void register_overfitting(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "overfitting",
                .title = "The network learns the training set by heart",
                .meaning = "It gets better on the training set and worse on the validation set. Its last "
                           "weights are not its best ones.",
                .explains = {}},
       .needs = {Need::validation},
       .find = overfits});
}

}  // namespace lehr::diagnosis
