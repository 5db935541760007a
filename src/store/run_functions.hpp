#pragma once

#include "store/sqlite.hpp"

namespace lehr::store {

/// Adds the SQL functions that docs/run-store.md describes: counts(BLOB), a histogram of the table stats as a
/// JSON list of its counts; count_at(BLOB, number), one of them; and those of add_aggregates.
void add_functions(const Database& database);

}  // namespace lehr::store
