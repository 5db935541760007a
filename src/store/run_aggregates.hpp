#pragma once

#include "store/sqlite.hpp"

namespace lehr::store {

/// Adds SQL aggregates of numbers, without NULL: stdev(x), median(x) and quantile(x, q). They are
/// NULL if there are too few numbers: two for stdev, one for the others.
void add_aggregates(const Database& database);

}  // namespace lehr::store
