#pragma once

#include <cstdint>

#include "backend/cpu/chunked_sums.hpp"

namespace lehr::cpu {

/// The sums of the squares of two arrays of equal length. They do not depend on the number of
/// threads.
TwoSums square_sums(const float* a, const float* b, std::int64_t count);

}  // namespace lehr::cpu
