#pragma once

#include <functional>
#include <vector>

/// Schedules: pure functions of progress in [0, 1], joined by composition.
namespace lehr {

using Schedule = std::function<double(double progress)>;

namespace schedules {

Schedule constant(double value);
/// (1 + cos(pi (1 - p))) (to - from) / 2 + from
Schedule cosine(double from, double to);
/// Several schedules one after the other, each taking its share of the progress. Throws BadInput where the
/// numbers differ, a share is not positive, or the shares do not sum to 1 (within 1e-6).
Schedule combine(std::vector<double> shares, std::vector<Schedule> schedules);

/// Learning rate and momentum of a training.
struct RateAndMomentum {
  Schedule rate;
  Schedule momentum;  ///< empty: the optimizer's own
};

/// Cosine lr_max/25 -> lr_max over the first 25 %, -> lr_max/1e5 after; momentum .95 -> .85 -> .95.
/// Source: Smith and Topin 2018, as fastai's fit_one_cycle.
struct OneCycleOptions {
  double lr_max = 1e-3;
  double pct_start = 0.25;
  double div = 25;
  double div_final = 1e5;
  double momentum_high = 0.95;
  double momentum_low = 0.85;
};
RateAndMomentum one_cycle(const OneCycleOptions& options);

}  // namespace schedules
}  // namespace lehr
