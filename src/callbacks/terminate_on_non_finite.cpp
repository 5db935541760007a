#include "lehr/callbacks/terminate_on_non_finite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// "3, 17, 5, ... (64 of them)"
std::string samples_text(std::span<const std::int64_t> ids) {
  constexpr std::size_t shown = 5;
  const std::string first = fmt::format("{}", fmt::join(ids.first(std::min(ids.size(), shown)), ", "));
  return ids.size() <= shown ? first : fmt::format("{}, ... ({} of them)", first, ids.size());
}

bool all_finite(const Parameters& parameters, std::span<const float> values) {
  return parameters.backend().all_finite(values.data(), static_cast<std::int64_t>(values.size()));
}

/// What was saved, or why it was not: the disk may be the next thing to fail.
std::string save(Learner& learner, const std::filesystem::path& file, const std::string& message) {
  try {
    learner.save_dump(file, message);
    return "look at it with: lehr replay " + file.string();
  } catch (const Error& error) {
    return std::string("the step could not be saved: ") + error.what();
  }
}

[[noreturn]] void terminate(Learner& learner, const std::filesystem::path& dump, const std::string& what,
                            const std::string& first) {
  const Progress& progress = learner.progress();
  std::string message = fmt::format("{} at epoch {}, batch {} with learning rate {:.4g}", what,
                                    progress.epoch + 1, progress.batch + 1, progress.lr);
  message += first.empty() ? "; done again layer by layer, all is finite"
                           : "; the first that is not finite is " + first;
  message += "; samples " + samples_text(learner.batch().ids);
  if (!dump.empty()) message += "; " + save(learner, dump, message);
  throw Diverged(message);
}

}  // namespace

void TerminateOnNonFinite::after_loss(Learner& learner) {
  const Progress& progress = learner.progress();
  if (!progress.training || std::isfinite(progress.loss)) return;
  terminate(
      learner, options_.dump,
      std::isnan(progress.loss) ? "the loss became nan" : fmt::format("the loss became {}", progress.loss),
      learner.trace_batch().first);
}

void TerminateOnNonFinite::before_step(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  if (all_finite(parameters, parameters.grads())) return;
  terminate(learner, options_.dump, "a gradient is not finite", learner.trace_batch().first);
}

void TerminateOnNonFinite::after_step(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  if (all_finite(parameters, parameters.values())) return;
  std::string first;
  for (const TensorTrace& weight : learner.trace_batch().weights) {
    if (weight.non_finite > 0 && first.empty()) first = "the weight " + in_quotes(weight.name);
  }
  terminate(learner, options_.dump, "a weight is not finite after the step", first);
}

}  // namespace lehr
