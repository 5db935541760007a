#include "backend/cpu/flat.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/flat.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <atomic>

#include "backend/cpu/square_sums.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void Accumulate(float* to, const float* from, std::int64_t begin, std::int64_t end) {
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    access.store(hn::Add(access.load(to + i), access.load(from + i)), to + i);
  });
}

void AddScaled(float* to, const float* from, float factor, std::int64_t begin, std::int64_t end) {
  const FloatVec by = hn::Set(FloatTag(), factor);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    access.store(hn::MulAdd(by, access.load(from + i), access.load(to + i)), to + i);
  });
}

void Lerp(float* to, const float* from, float weight, std::int64_t begin, std::int64_t end) {
  const FloatVec share = hn::Set(FloatTag(), weight);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec old = access.load(to + i);
    access.store(hn::MulAdd(share, hn::Sub(access.load(from + i), old), old), to + i);
  });
}

void Scale(float* values, float factor, std::int64_t begin, std::int64_t end) {
  const FloatVec by = hn::Set(FloatTag(), factor);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    access.store(hn::Mul(by, access.load(values + i)), values + i);
  });
}

// Uses comparisons instead of Min and Max, so that NaN stays NaN.
void Clamp(float* values, float low, float high, std::int64_t begin, std::int64_t end) {
  const FloatVec least = hn::Set(FloatTag(), low);
  const FloatVec most = hn::Set(FloatTag(), high);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec raised = hn::IfThenElse(hn::Lt(value, least), least, value);
    access.store(hn::IfThenElse(hn::Gt(raised, most), most, raised), values + i);
  });
}

// x - x is 0 for finite numbers and NaN for all others, and NaN stays in sums.
bool AllFinite(const float* values, std::int64_t begin, std::int64_t end) {
  FloatVec sum = hn::Zero(FloatTag());
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    sum = hn::Add(sum, hn::Sub(value, value));
  });
  return sum_of_lanes(sum) == 0;
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(Accumulate);
HWY_EXPORT(AddScaled);
HWY_EXPORT(Lerp);
HWY_EXPORT(Scale);
HWY_EXPORT(Clamp);
HWY_EXPORT(AllFinite);

void accumulate(float* to, const float* from, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(Accumulate)(to, from, begin, end);
  });
}

void add_scaled(float* to, const float* from, float factor, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(AddScaled)(to, from, factor, begin, end);
  });
}

void lerp(float* to, const float* from, float weight, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(Lerp)(to, from, weight, begin, end);
  });
}

void scale(float* values, float factor, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(Scale)(values, factor, begin, end);
  });
}

void clamp(float* values, float low, float high, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(Clamp)(values, low, high, begin, end);
  });
}

double sum_of_squares(const float* values, std::int64_t count) {
  return square_sums(values, values, count)[0];
}

bool all_finite(const float* values, std::int64_t count) {
  std::atomic<bool> finite{true};
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    if (!HWY_DYNAMIC_DISPATCH(AllFinite)(values, begin, end)) finite = false;
  });
  return finite;
}

}  // namespace lehr::cpu
#endif
