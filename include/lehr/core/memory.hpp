#pragma once

#include <cstdint>

namespace lehr {

/// Memory that the process uses now, in bytes, as reported by the system. 0 if the system does not
/// report it.
std::int64_t memory_bytes();
/// The highest value so far, in bytes.
std::int64_t peak_memory_bytes();

}  // namespace lehr
