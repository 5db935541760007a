#pragma once

#include <cstdint>
#include <vector>

#include "store/sqlite.hpp"

namespace lehr::store {

/// The recorded batches of a run to read, as ids of steps in the order of the training: about `most` that are
/// evenly spread, and those at which a layer's activations had extreme values. 0 means all. Fewer are
/// returned if their rows would not fit in memory.
std::vector<std::int64_t> batches_to_read(const Database& database, std::int64_t run, std::size_t most);

/// Whether a run has more training steps than this.
bool is_longer(const Database& database, std::int64_t run, std::size_t most);
/// About `most` training batches, evenly spread, by seeks: the time depends on `most` and not on the run's
/// length.
std::vector<std::int64_t> losses_spread(const Database& database, std::int64_t run, std::size_t most);
/// The same of batches with statistics. It is slower if a long run has few of them.
std::vector<std::int64_t> stats_spread(const Database& database, std::int64_t run, std::size_t most);

}  // namespace lehr::store
