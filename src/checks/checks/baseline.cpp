#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/checks.hpp"
#include "checks/some_samples.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::checks {
namespace {

/// Standard errors of a difference of two accuracies that do not count as luck.
constexpr double errors_apart = 3;

double standard_error(double one, double other, double samples) {
  const double p = std::clamp((one + other) / 2, 0.01, 0.99);
  return std::sqrt(2 * p * (1 - p) / samples);
}

CheckResult compare_with_blank(Subject& subject) {
  const LearnerOptions options = subject.options();
  const std::int64_t steps = subject.affordable_steps(options.batch_size);
  const ShortTraining real = subject.train(subject.data(), options, steps);
  DataSplits blank = subject.data();
  blank.train = blank_pictures(blank.train);
  blank.valid = blank_pictures(blank.valid);
  const ShortTraining none = subject.stopped() ? ShortTraining() : subject.train(blank, options, steps);

  CheckResult result{
      .did = fmt::format("trained for {}, and once more on black pictures", counted(steps, "step")),
      .expected = "a clearly higher validation accuracy on the real pictures"};
  if (subject.stopped()) return result;
  result.outcome = Outcome::failed;
  result.advice =
      "the network learns nothing from the pictures: labels may not belong to them, the pictures may be "
      "constant "
      "after preprocessing, or the learning rate is wrong (lehr find-lr)";
  if (!real.failure.empty()) {
    result.found = fmt::format("the training diverged at step {}", real.steps);
    return result;
  }
  const double with = real.learner->validate().accuracy;
  const double without =
      none.failure.empty() ? none.learner->validate().accuracy : 1 / static_cast<double>(subject.classes());
  const auto samples = static_cast<double>(subject.data().valid->size());
  result.found =
      fmt::format("{} with pictures and {} without", percent_text(with, 1), percent_text(without, 1));
  if (with - without > errors_apart * standard_error(with, without, samples))
    result.outcome = Outcome::passed;
  return result;
}

}  // namespace

void register_baseline(CheckRegistry& registry) {
  registry.add({.info = {.name = "baseline", .help = "it learns more from the pictures than from black ones"},
                .order = 5,
                .look = compare_with_blank});
}

}  // namespace lehr::checks
