#pragma once

#include <cstdint>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// The number of samples of each class. Labels that are not a class are not counted.
std::vector<std::int64_t> class_counts(const Dataset& dataset);

}  // namespace lehr
