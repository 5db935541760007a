#pragma once

#include <cstdint>

namespace lehr::store {

/// Bytes of memory that this machine has, whoever uses them.
std::uint64_t physical_memory();

}  // namespace lehr::store
