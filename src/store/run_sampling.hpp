#pragma once

#include <cstdint>
#include <vector>

#include "store/sqlite.hpp"

namespace lehr::store {

/// The recorded batches of a run to read, as ids of steps in the order of the training: about `most` that are
/// evenly spread, and those at which a layer's activations had extreme values. 0 means all. Fewer are
/// returned if their rows would not fit in memory.
std::vector<std::int64_t> batches_to_read(const Database& database, std::int64_t run, std::size_t most);

}  // namespace lehr::store
