#pragma once

#include <cstdint>
#include <vector>

#include "store/sqlite.hpp"

namespace lehr::store {

/// Which recorded batches of a run to read, as ids of steps in the order of the training: about `most` that
/// lie evenly over the training, and those at which a layer's activations were furthest out; all of them for
/// 0. Fewer where their rows would fill the memory.
std::vector<std::int64_t> batches_to_read(const Database& database, std::int64_t run, std::size_t most);

}  // namespace lehr::store
