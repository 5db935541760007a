#pragma once

#include "store/sqlite.hpp"

namespace lehr::store {

/// Adds the SQL function counts(BLOB): a histogram of the table stats as a JSON list of its counts; NULL for
/// NULL.
void add_functions(const Database& database);

}  // namespace lehr::store
