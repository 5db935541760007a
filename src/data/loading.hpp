#pragma once

#include <cstdint>

#include "lehr/data/loader.hpp"

/// What a Loader will do, known without making one.
namespace lehr::data {

/// Throws BadInput if batch_size < 1, prefetch is out of range, the dataset is empty, or drop_last leaves no
/// batch.
void check_loading(const Dataset& dataset, const LoaderOptions& options);
/// Samples of an epoch, without those dropped.
std::int64_t samples_of(const Dataset& dataset, const LoaderOptions& options);
std::int64_t batches_of(const Dataset& dataset, const LoaderOptions& options);

}  // namespace lehr::data
