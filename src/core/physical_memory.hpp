#pragma once

#include <cstdint>

namespace lehr {

/// The total memory of this machine in bytes, used and free.
std::uint64_t physical_memory();

}  // namespace lehr
