#include <fmt/format.h>

#include <cmath>

#include "checks/checks.hpp"
#include "checks/some_samples.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::checks {
namespace {

/// A network that knows nothing says about the same for all pictures of a class, so its accuracy varies like
/// the mean of that many coins. These standard errors above guessing do not count as luck.
constexpr double errors_above = 3;

double highest_by_luck(double chance, std::size_t classes) {
  return chance + errors_above * std::sqrt(chance * (1 - chance) / static_cast<double>(classes));
}

CheckResult train_on_shuffled(Subject& subject) {
  const LearnerOptions options = subject.options();
  const std::int64_t steps = subject.affordable_steps(options.batch_size);
  DataSplits data = subject.data();
  data.train = shuffled_labels(data.train, subject.config().seed);
  const ShortTraining done = subject.train(data, options, steps);

  const double chance = largest_share(*data.valid);
  const double luck = highest_by_luck(chance, subject.classes());
  const double limit = std::min(luck, (1 + chance) / 2);
  CheckResult result{.did = fmt::format("trained for {} with the labels of the training set shuffled",
                                        counted(steps, "step")),
                     .expected = fmt::format("a validation accuracy of at most {}, that of guessing is {}",
                                             percent_text(limit, 1), percent_text(chance, 1))};
  if (subject.stopped()) return result;
  if (!done.failure.empty()) {
    result.found = fmt::format("it diverged at step {}", done.steps);
    return result;
  }
  const double found = done.learner->validate().accuracy;
  result.found = percent_text(found, 1);
  if (found <= limit) result.outcome = Outcome::passed;
  if (found > luck) result.outcome = Outcome::failed;
  result.advice =
      "a network that knows no label cannot do this: the labels reach the network on another way, or the "
      "accuracy "
      "is not measured with the labels of the validation set";
  return result;
}

}  // namespace

void register_shuffled(CheckRegistry& registry) {
  registry.add({.info = {.name = "shuffled", .help = "with shuffled labels it is not better than guessing"},
                .order = 6,
                .look = train_on_shuffled});
}

}  // namespace lehr::checks
