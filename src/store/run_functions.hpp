#pragma once

#include "store/sqlite.hpp"

namespace lehr::store {

/// Gives queries counts(BLOB): stats.histograms as JSON, for each tensor a pair of lists of counts, of
/// magnitudes and of signed values; null for those that were not made.
void add_functions(const Database& database);

}  // namespace lehr::store
