#pragma once

#include <cstdint>

#include "lehr/data/loader.hpp"

/// What a Loader will do, computed without making one.
namespace lehr::data {

/// Throws BadInput if an option is out of range, the dataset is empty, drop_last leaves no batch,
/// or a sampler or transform cannot be made. Does not check the preprocessing.
void check_loading(const Dataset& dataset, const LoaderOptions& options);
/// Samples of an epoch in all shards, without those dropped.
std::int64_t samples_of(const Dataset& dataset, const LoaderOptions& options);
std::int64_t batches_of(const Dataset& dataset, const LoaderOptions& options);

}  // namespace lehr::data
