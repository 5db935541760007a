#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "lehr/store/layer_stats.hpp"

/// Reports for a terminal (UTF-8).
namespace lehr::report {

/// A table of the layers, one line each: sparklines of the standard deviation and the near-zero share, and
/// the colourful dimension if histograms were recorded. Numbers are medians over the last fifth of the
/// training. For updates relative to weights, they are medians over the batches with a high learning rate.
/// `points` are the batches of the layers' series. Empty if nothing was recorded.
std::string layers_text(std::span<const LayerStats> layers, std::span<const store::StepRow> points,
                        std::size_t columns);

/// A short report: the health line, results with sparklines, layers, the most confused classes.
std::string run_text(const store::RunRecords& run, std::size_t columns);

}  // namespace lehr::report
