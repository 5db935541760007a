#pragma once

#include <cstdint>

namespace lehr::cpu {

/// to += from
void accumulate(float* to, const float* from, std::int64_t count);

}  // namespace lehr::cpu
