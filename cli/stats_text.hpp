#pragma once

#include <cstddef>
#include <string>

#include "lehr/callbacks/activation_stats.hpp"

namespace lehr::cli {

/// A table of the layers with their series as sparklines, the colourful dimension of each layer,
/// and the cost of the recording.
std::string stats_text(const ActivationStats& stats, std::size_t columns);

}  // namespace lehr::cli
