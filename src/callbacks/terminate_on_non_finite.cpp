#include "lehr/callbacks/terminate_on_non_finite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

bool is_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

/// Says what was saved, or why it could not be saved.
std::string save(Learner& learner, const std::filesystem::path& file, const std::string& message) {
  try {
    learner.step().save_dump(file, message);
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
      learner.step().trace().first);
}

void TerminateOnNonFinite::before_step(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  if (parameters.backend().all_finite(parameters.grads())) return;
  terminate(learner, options_.dump, "a gradient is not finite", learner.step().trace().first);
}

// Training does not read the running statistics of norm layers, so the loss does not show if they are not
// finite.
void TerminateOnNonFinite::after_step(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  const bool weights = parameters.backend().all_finite(parameters.values());
  if (weights && parameters.backend().all_finite(parameters.states())) return;
  const std::string what = weights ? "running statistic" : "weight";
  std::string first;
  for (const ParameterEntry& entry : parameters.entries()) {
    const Tensor value = parameters.get(entry.name);
    if (!first.empty() || is_state(entry.role) != weights || is_finite(value.elements<float>())) continue;
    first = "the " + what + " " + in_quotes(entry.name);
  }
  terminate(learner, options_.dump, "a " + what + " is not finite after the step", first);
}

}  // namespace lehr
