#include "lehr/train/noise_scale.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/train/learner.hpp"
#include "train/learner_state.hpp"
#include "train/learner_use.hpp"
#include "train/noise_estimate.hpp"

namespace lehr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int resamples = 2000;

NoiseEstimate mean_of(const std::vector<NoiseEstimate>& estimates) {
  NoiseEstimate mean;
  for (const NoiseEstimate& one : estimates) {
    mean.signal += one.signal / static_cast<double>(estimates.size());
    mean.noise += one.noise / static_cast<double>(estimates.size());
  }
  return mean;
}

double ratio(const NoiseEstimate& mean) { return mean.signal > 0 ? mean.noise / mean.signal : infinity; }

/// Sets the 2.5 % and 97.5 % quantiles of the ratio over resamples of the batches (percentile bootstrap).
void set_interval(NoiseScale& result, const std::vector<NoiseEstimate>& estimates) {
  Rng rng(0, Purpose::resampling, estimates.size());
  std::vector<double> ratios;
  std::vector<NoiseEstimate> drawn(estimates.size());
  for (int i = 0; i < resamples; ++i) {
    for (NoiseEstimate& one : drawn) one = estimates[rng.below(estimates.size())];
    ratios.push_back(ratio(mean_of(drawn)));
  }
  std::ranges::sort(ratios);
  result.low = ratios[resamples / 40];
  result.high = ratios[resamples - 1 - resamples / 40];
}

void check_options(const Learner& learner, const NoiseScaleOptions& options) {
  if (options.batches < 2) {  // one has no interval
    throw BadInput("the noise scale needs 2 batches or more, found " + std::to_string(options.batches));
  }
  if (options.parts < 2) {
    throw BadInput("the noise scale needs 2 parts of a batch or more, found " +
                   std::to_string(options.parts));
  }
  const std::int64_t size = std::min(learner.options().batch_size, learner.data().train->size());
  if (size >= options.parts) return;
  throw BadInput("the noise scale needs batches of " + std::to_string(options.parts) +
                 " images or more, found batches of " + std::to_string(size));
}

/// The estimates of `batches` batches, or of fewer if the measurement was cancelled.
std::vector<NoiseEstimate> estimates_of(const Learner& learner, const NoiseScaleOptions& options) {
  PartsOfBatches parts(learner, options.parts);
  LoaderOptions loading = training_loading(learner.options());
  loading.preprocessing = learner.preprocessing();
  Loader loader(learner.data().train, std::move(loading));
  std::int64_t epoch = GradientProbe::state_of(learner).epochs_done;
  std::vector<NoiseEstimate> estimates;
  while (true) {
    loader.start(epoch++);
    while (const Batch* batch = loader.next()) {
      if (std::ssize(estimates) == options.batches || learner.stop_requested() ||
          options.stop.stop_requested())
        return estimates;
      if (options.progress && !options.progress(std::ssize(estimates), options.batches)) return estimates;
      if (batch->size >= options.parts) estimates.push_back(parts.measure(*batch, estimates.size()));
    }
  }
}

}  // namespace

NoiseScale measure_noise_scale(const Learner& learner, const NoiseScaleOptions& options) {
  check_options(learner, options);
  const ThreadScope threads(learner.options().threads);
  const LearnerUse use(GradientProbe::state_of(learner));
  const std::vector<NoiseEstimate> estimates = estimates_of(learner, options);
  NoiseScale result;
  result.batches = std::ssize(estimates);
  result.cancelled = result.batches < options.batches;
  if (estimates.empty()) return result;
  const NoiseEstimate mean = mean_of(estimates);
  result.signal = mean.signal;
  result.noise = mean.noise;
  result.images = ratio(mean);
  set_interval(result, estimates);
  return result;
}

}  // namespace lehr
