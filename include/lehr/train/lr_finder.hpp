#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "lehr/train/lr_curve.hpp"

namespace lehr {

struct LrFinderOptions {
  LrSweep sweep{};
  int seeds = 1;  ///< number of sweeps, each with another order of the data; more than one gives a band
  /// Called before each batch with the batches done and the maximum. If it returns false, the search ends.
  std::function<bool(int done, int total)> progress{};
  /// Ends the search after the current batch. It may be set at any time, even before the search,
  /// and from any thread.
  std::stop_token stop{};
};

/// The result of Learner::find_lr. The suggestions are those of the median over the seeds.
struct LrFinding : LrSuggestions {
  std::vector<std::vector<LrPoint>> curves;  ///< one per seed
  std::vector<LrSuggestions> of_seeds;
  LrBand band;
  bool cancelled = false;  ///< by progress, the stop token or Learner::request_stop
};

}  // namespace lehr
