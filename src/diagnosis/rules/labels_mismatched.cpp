#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double consistent_share = 0.5;  ///< share of a class that goes to one other class
constexpr double at_guessing = 0.93;      ///< smoothed loss over the loss of guessing
constexpr double memorised_share = 0.25;  ///< training accuracy above the limit of guessing
constexpr double good_update = 3e-4;      ///< median update over weight: the network does move

/// For each class: the class that it is predicted as most often, if that is consistent.
std::vector<std::optional<std::size_t>> predicted_as(const store::Confusion& confusion, std::size_t classes) {
  std::vector<std::optional<std::size_t>> targets(classes);
  for (std::size_t truth = 0; truth < classes; ++truth) {
    const auto row = confusion.counts.begin() + static_cast<std::ptrdiff_t>(truth * classes);
    std::int64_t all = 0;
    for (std::size_t i = 0; i < classes; ++i) all += row[static_cast<std::ptrdiff_t>(i)];
    const auto most = std::max_element(row, row + static_cast<std::ptrdiff_t>(classes));
    if (all > 0 && static_cast<double>(*most) > consistent_share * static_cast<double>(all)) {
      targets[truth] = static_cast<std::size_t>(most - row);
    }
  }
  return targets;
}

/// Most classes are predicted as another class, each as a different one: the labels are permuted.
std::optional<std::string> permuted(const Facts& facts) {
  const std::size_t classes = facts.classes();
  if (!facts.has(Need::confusion) || classes < 3 ||
      facts.run().confusion->counts.size() != classes * classes) {
    return std::nullopt;
  }
  std::set<std::size_t> targets;
  std::size_t moved = 0;
  const auto predicted = predicted_as(*facts.run().confusion, classes);
  for (std::size_t truth = 0; truth < classes; ++truth) {
    if (!predicted[truth] || *predicted[truth] == truth) continue;
    ++moved;
    targets.insert(*predicted[truth]);
  }
  if (2 * moved <= classes || targets.size() + 1 < moved) return std::nullopt;
  return fmt::format(
      "{} of {} classes of the validation set are predicted as another class each: its labels are "
      "numbered differently",
      moved, classes);
}

bool network_moves(const Facts& facts) {
  const auto updates = update_ratios(facts);
  return !updates.empty() && std::ranges::all_of(updates, [](const OfLayer& one) {
    return one.value > good_update && one.value < 0.03;
  });
}

/// The network moves as in a good training, and learns nothing from it.
std::optional<std::string> nothing_to_learn(const Facts& facts) {
  const double guessing = guessing_loss(facts);
  const double end = facts.smoothed().back();
  if (!has_cross_entropy(facts) || !(end > at_guessing * guessing) || end > 1.15 * guessing)
    return std::nullopt;
  if (!network_moves(facts)) return std::nullopt;
  return fmt::format(
      "the loss stays at {:.3g}, that of guessing is {:.3g}, although the network moves as in a good "
      "training",
      end, guessing);
}

/// The training set is known by heart, and the validation set is guessed.
std::optional<std::string> only_by_heart(const Facts& facts) {
  const store::EpochRow* last = facts.last_validated();
  if (last == nullptr || !last->valid_accuracy) return std::nullopt;
  const auto found = last->metrics.find("train_eval_accuracy");
  const double train = found != last->metrics.end() ? found->second : last->train_accuracy;
  const double limit = store::collapse_limit(facts.classes());
  if (train < limit + memorised_share || *last->valid_accuracy >= limit) return std::nullopt;
  return fmt::format("{} of the training set and {} of the validation set are right, which is guessing",
                     percent_text(train, 0), percent_text(*last->valid_accuracy, 0));
}

std::optional<Finding> mismatch(const Facts& facts) {
  std::optional<std::string> says = permuted(facts);
  double probability = 0.95;
  if (!says) {
    says = only_by_heart(facts);
    probability = 0.7;
  }
  if (!says) {
    says = nothing_to_learn(facts);
    probability = 0.6;
  }
  if (!says) return std::nullopt;
  Finding finding{.severity = Severity::problem, .says = *says, .probability = probability};
  finding.chart = loss_chart(facts);
  finding.cure.text = "compare pictures with their labels (lehr data show), in both sets";
  return finding;
}

}  // namespace

void register_labels_mismatched(RuleRegistry& registry) {
  registry.add({.info = {.name = "labels-mismatched",
                         .title = "Labels do not belong to their pictures",
                         .meaning = "Pictures and labels were put in order separately, classes are numbered "
                                    "differently in the two sets, or the labels are random.",
                         .explains = {"accuracy-at-chance", "underfitting", "overfitting",
                                      "class-never-predicted", "batch-norm-mismatch", "last-not-best",
                                      "network-too-large", "network-too-small", "label-noise"}},
                .needs = {Need::batches, Need::end},
                .find = mismatch});
}

}  // namespace lehr::diagnosis
