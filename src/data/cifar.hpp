#pragma once

#include <filesystem>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// CIFAR-10 and CIFAR-100 in their binary version, in memory. `place` is the folder of the .bin files, a folder
/// that holds it, or the .tar.gz of both. The test set is also the validation set. Throws BadInput with the
/// file if one is missing, cut or does not fit. Source: Krizhevsky, "Learning multiple layers of features from
/// tiny images", 2009, and https://www.cs.toronto.edu/~kriz/cifar.html for the format.
DataSplits cifar10(const std::filesystem::path& place);
DataSplits cifar100(const std::filesystem::path& place);

}  // namespace lehr::data
