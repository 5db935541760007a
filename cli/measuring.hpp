#pragma once

#include "lehr/data/dataset.hpp"

namespace lehr::cli {

/// Draws a line on the terminal if measuring mean and std takes long, as it does for pictures to be decoded.
MeasureProgress show_measuring();

}  // namespace lehr::cli
