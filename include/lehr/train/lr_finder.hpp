#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "lehr/train/lr_curve.hpp"

namespace lehr {

struct LrFinderOptions {
  LrSweep sweep{};
  int seeds = 1;  ///< sweeps, each with another order of the data; more than one gives a band
  /// Called before each batch with the batches done and to do at most; false ends the search.
  std::function<bool(int done, int total)> progress{};
  /// Ends the search after its batch. It may be set at any time, before the search too, and from any thread.
  std::stop_token stop{};
};

/// What Learner::find_lr found. The suggestions are those of the median over the seeds.
struct LrFinding : LrSuggestions {
  std::vector<std::vector<LrPoint>> curves;  ///< one a seed
  std::vector<LrSuggestions> of_seeds;
  LrBand band;
  bool cancelled = false;  ///< by progress, the stop token or Learner::request_stop
};

}  // namespace lehr
