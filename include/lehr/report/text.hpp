#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "lehr/store/layer_stats.hpp"

/// Reports for a terminal (UTF-8).
namespace lehr::report {

/// What layers did, a line each with sparklines of std and near-zero share, and the colourful dimension of
/// each that recorded histograms. Numbers are medians of the last fifth of the training; of updates over
/// weights, medians of the batches with a high learning rate. `points` are the batches that the layers'
/// series belong to. Empty if nothing was recorded.
std::string layers_text(std::span<const LayerStats> layers, std::span<const store::StepRow> points,
                        std::size_t columns);

/// The short form of a report: results with sparklines, layers, the most confused classes.
std::string run_text(const store::RunRecords& run, std::size_t columns);

}  // namespace lehr::report
