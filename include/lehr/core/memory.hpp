#pragma once

#include <cstdint>

namespace lehr {

/// Memory that the process holds now, in bytes, from the system; 0 where it does not say.
std::int64_t memory_bytes();
/// The most that it has held so far.
std::int64_t peak_memory_bytes();

}  // namespace lehr
