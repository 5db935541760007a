#pragma once

#include <cstdint>

namespace lehr {

/// Bytes of memory that this machine has, used or free.
std::uint64_t physical_memory();

}  // namespace lehr
