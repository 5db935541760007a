#pragma once

#include <string>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// The size, shape and classes of a data set, and a checksum of its labels and pictures: "60000 images of
/// shape (1, 28, 28) in 10 classes, checksum 5f0e…". Of a set that is not in memory, only 1024 pictures are
/// read, spread evenly. Two sets with equal descriptions are taken to be equal.
std::string description_of(const Dataset& dataset);

}  // namespace lehr::data
