#pragma once

#include <cstdint>

namespace lehr {

/// Bytes of memory that this machine has, whoever uses them.
std::uint64_t physical_memory();

}  // namespace lehr
