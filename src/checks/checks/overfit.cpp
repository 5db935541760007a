#include <fmt/format.h>

#include <cmath>

#include "checks/checks.hpp"
#include "checks/some_samples.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::checks {
namespace {

/// A batch that any network which learns can memorise. Source: Karpathy, "A recipe for training neural
/// networks", 2019, and TheDeepChecker (Ben Braiek and Khomh 2022), which takes 16 samples and 1,000 steps.
constexpr std::int64_t pictures = 32;
constexpr std::int64_t steps = 300;
/// Share of ln(classes) that counts as near zero.
constexpr double near_zero = 0.1;

CheckResult overfit(Subject& subject) {
  const double limit = near_zero * std::log(static_cast<double>(subject.classes()));
  DataSplits data = subject.data();
  data.train = some_samples(data.train, pictures, subject.config().seed);
  data.valid = data.train;
  LearnerOptions options = subject.options();
  options.batch_size = data.train->size();
  options.transforms.clear();
  options.drop_last = false;
  options.label_smoothing = 0;
  const ShortTraining done =
      subject.train(data, options, steps, [limit](double loss) { return loss < limit; });

  CheckResult result{.did = fmt::format("trained on the same {} for at most {} steps",
                                        counted(data.train->size(), "picture"), steps),
                     .expected = fmt::format("a loss below {:.2g}", limit)};
  const bool reached = done.failure.empty() && done.steps < steps;
  result.outcome = reached ? Outcome::passed : Outcome::failed;
  if (!done.failure.empty()) {
    result.found = fmt::format("it diverged at step {}", done.steps);
  } else if (reached) {
    result.found = "reached after " + counted(done.steps, "step");
  } else {
    result.found = fmt::format("{:.3g}, from {:.3g} at the start", done.last_loss, done.first_loss);
  }
  result.advice =
      "the network cannot learn these few pictures by heart: the learning rate is wrong (lehr find-lr), "
      "gradients "
      "do not arrive (a dead layer, a wrong backward pass), or the network is far too small";
  return result;
}

}  // namespace

void register_overfit(CheckRegistry& registry) {
  registry.add({.info = {.name = "overfit", .help = "the network learns one batch by heart"},
                .order = 4,
                .look = overfit});
}

}  // namespace lehr::checks
