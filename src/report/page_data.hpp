#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "lehr/store/layer_stats.hpp"

namespace lehr::report {

/// The most points that a line or a picture of a page has.
struct PageLimits {
  std::size_t points = 1000;
  std::size_t columns = 400;
};

/// A run as the page's scripts read it (src/report/page/records.js).
nlohmann::json run_data(const store::RunRecords& run, const PageLimits& limits);

/// A layer with its series; those that were not recorded are missing.
nlohmann::json layer_data(const LayerStats& layer, const PageLimits& limits);

/// What a layer put out over each recorded validation: mean, std and near-zero share; null where none was
/// recorded.
nlohmann::json validation_data(const store::RunRecords& run, int layer);

/// Places of at most `most` points of a series, ascending, among them the least and the largest value of each
/// stretch, so that no spike is lost.
std::vector<std::size_t> thinned(std::span<const double> values, std::size_t most);

}  // namespace lehr::report
