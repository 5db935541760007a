#pragma once

#include <cstdint>

/// Arithmetic on flat buffers. The meanings are those of Backend.
namespace lehr::cpu {

void accumulate(float* to, const float* from, std::int64_t count);
void add_scaled(float* to, const float* from, float factor, std::int64_t count);
void lerp(float* to, const float* from, float weight, std::int64_t count);
void scale(float* values, float factor, std::int64_t count);
void clamp(float* values, float low, float high, std::int64_t count);
double sum_of_squares(const float* values, std::int64_t count);
bool all_finite(const float* values, std::int64_t count);

}  // namespace lehr::cpu
