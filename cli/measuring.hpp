#pragma once

#include "lehr/data/dataset.hpp"

namespace lehr::cli {

/// Returns a function that draws a progress line on the terminal if measuring mean and std takes
/// long, as it does for pictures that must be decoded.
MeasureProgress show_measuring();

}  // namespace lehr::cli
