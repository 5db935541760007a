#include "backend/cpu/accumulate.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/accumulate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

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

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(Accumulate);

void accumulate(float* to, const float* from, std::int64_t count) {
  parallel_for(count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(Accumulate)(to, from, begin, end);
  });
}

}  // namespace lehr::cpu
#endif
