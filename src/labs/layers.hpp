#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "lehr/store/layer_stats.hpp"

/// What runs recorded about their layers.
namespace lehr::labs {

/// At which end of the training a layer is looked at: the first tenth of the recorded batches, or the last.
enum class When { start, end };

/// The median of a series over that tenth. NaN if it is empty.
double typical(const std::vector<float>& series, When when);

/// The mean over layers of the share of activations near zero in the last tenth of the batches. None without
/// statistics.
std::optional<double> mean_near_zero(const store::RunRecords& run);

/// The share of channels, over all layers, whose values were all zero in the last fifth of the recorded
/// batches. None unless channels were counted (TrainConfig::stats_channels).
std::optional<double> dead_share(const store::RunRecords& run);

/// A number of each layer.
using LayerNumber = std::function<double(const LayerStats&)>;

/// Each number of each layer, by depth from 1: [number][variant], with a run for each seed. Reads the records
/// of each run once.
std::vector<std::vector<Curve>> depth_curves(const LabView& view, const StudyResult& result,
                                             const std::vector<LayerNumber>& numbers);

}  // namespace lehr::labs
