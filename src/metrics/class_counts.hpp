#pragma once

#include <cstdint>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// Samples of each class of a dataset; labels that are no class do not count.
std::vector<std::int64_t> class_counts(const Dataset& dataset);

}  // namespace lehr
