#pragma once

#include <cstdint>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// The number of samples of each class. Labels that are not a class are not counted.
std::vector<std::int64_t> class_counts(const Dataset& dataset);

/// Class weights with which each class counts the same in the loss: samples / (classes with samples *
/// samples of the class). A class without samples has weight 1. Source: scikit-learn's
/// compute_class_weight("balanced").
std::vector<double> balancing_weights(const Dataset& dataset);

}  // namespace lehr
