#pragma once

#include <string>

#include "lehr/data/dataset.hpp"

namespace lehr::cli {

/// Returns a function that draws a progress line on the terminal if `what` takes long, as it does for
/// pictures that must be decoded.
MeasureProgress show_measuring(std::string what = "measuring mean and std");

}  // namespace lehr::cli
