#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "lehr/store/layer_stats.hpp"

namespace lehr::report {

/// Maximum numbers of points of a line or a picture on a page.
struct PageLimits {
  std::size_t points = 1000;
  std::size_t columns = 400;
  bool pictures = true;
};

/// A run in the form that the page's scripts read (src/report/page/records.js).
nlohmann::json run_data(const store::RunRecords& run, const PageLimits& limits);

/// A layer with its series. Series that were not recorded are missing.
nlohmann::json layer_data(const LayerStats& layer, const PageLimits& limits);

/// A layer's output in each recorded validation: mean, standard deviation and near-zero share; null if none
/// was recorded.
nlohmann::json validation_data(const store::RunRecords& run, int layer);

/// Indices of at most `most` points of a series, ascending. They include the smallest and largest value of
/// each part, so that spikes stay visible.
std::vector<std::size_t> thinned(std::span<const double> values, std::size_t most);

}  // namespace lehr::report
