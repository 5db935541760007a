#pragma once

#include <string>

#include "command.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::cli {

/// What `lehr train` was asked to record of the network.
struct StatsOptions {
  bool on = false;
  ActivationStatsOptions stats{};
};

void add_stats_options(const Command& app, StatsOptions& options);
/// Throws BadInput for options that need --stats and stand without it.
void add_stats(Learner& learner, const StatsOptions& options);

/// "recorded 1 batch in 7 to stay under 5 %"; empty if all were recorded that --stats-every names.
std::string recorded_text(const ActivationStats& stats);

/// A table of the layers with their series as sparklines, and the colourful dimension of each.
std::string stats_text(const ActivationStats& stats, std::size_t columns);

}  // namespace lehr::cli
