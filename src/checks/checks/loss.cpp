#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "checks/checks.hpp"
#include "lehr/core/error.hpp"

namespace lehr::checks {
namespace {

// Times ln(classes). With kaiming-normal weights, healthy networks begin at up to twice that.
constexpr double least = 0.5;
constexpr double most = 3;

/// The mean loss of the first batches without a step.
double loss_at_start(const Subject& subject) {
  constexpr std::int64_t batches = 2;
  LearnerOptions options = subject.options();
  options.max_batches = batches;
  const std::unique_ptr<Learner> learner = subject.copy(subject.data(), options);
  double sum = 0;
  std::int64_t count = 0;
  learner->on(Event::after_loss, [&](Learner& running) {
    sum += running.progress().loss;
    ++count;
    running.cancel(Scope::batch);
  });
  try {
    learner->fit(1, LearningRate(0), {});
  } catch (const Diverged&) {
    return NAN;
  }
  return sum / static_cast<double>(count);
}

CheckResult look_at_loss(Subject& subject) {
  const double chance = std::log(static_cast<double>(subject.classes()));
  CheckResult result{.did = "measured the loss of the first batches before the first step"};
  result.expected = fmt::format("about ln({}) = {:.2f}, from {:.2f} to {:.2f}", subject.classes(), chance,
                                least * chance, most * chance);
  if (subject.config().loss != TrainConfig().loss || !subject.config().weights.empty()) {
    result.found = "nothing: it holds only for the cross entropy of new weights";
    return result;
  }
  const double loss = loss_at_start(subject);
  result.found = fmt::format("{:.4g}", loss);
  result.outcome = loss >= least * chance && loss <= most * chance ? Outcome::passed : Outcome::failed;
  result.advice =
      loss < least * chance
          ? "the network knows the labels before it has learned: the input may contain them"
          : "the first scores are too large: use smaller initial weights (--init-gain), batch norm, or "
            "normalised inputs";
  return result;
}

}  // namespace

void register_loss(CheckRegistry& registry) {
  registry.add({.info = {.name = "loss", .help = "the loss at the start is about ln(classes)"},
                .order = 2,
                .look = look_at_loss});
}

}  // namespace lehr::checks
