// Loads, stores and loops over flat arrays, compiled once per SIMD target. Include this inside a
// file that uses hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_VECTORS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_VECTORS_INL_HPP_
#undef LEHR_BACKEND_CPU_VECTORS_INL_HPP_
#else
#define LEHR_BACKEND_CPU_VECTORS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, 16>;
using FloatVec = hn::Vec<FloatTag>;

HWY_INLINE std::int64_t float_lanes() { return static_cast<std::int64_t>(hn::Lanes(FloatTag())); }

/// Loads the first `count` lanes; the others are zero. Does not read beyond them.
HWY_INLINE FloatVec load_first(FloatTag d, const float* from, std::int64_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[hn::MaxLanes(FloatTag())] = {};
  std::memcpy(lanes, from, static_cast<std::size_t>(count) * sizeof(float));
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
#endif
}

/// Stores the first `count` lanes. Does not write beyond them.
HWY_INLINE void store_first(FloatVec v, FloatTag d, float* to, std::int64_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[hn::MaxLanes(FloatTag())];
  hn::Store(v, d, lanes);
  std::memcpy(to, lanes, static_cast<std::size_t>(count) * sizeof(float));
#else
  hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(count)), d, to);
#endif
}

/// Memory access for a whole vector, and for the last, partial one.
struct WholeVector {
  HWY_INLINE FloatVec load(const float* from) const { return hn::LoadU(FloatTag(), from); }
  HWY_INLINE void store(FloatVec v, float* to) const { hn::StoreU(v, FloatTag(), to); }
  /// v in the lanes that contain elements, `other` in the rest.
  HWY_INLINE FloatVec keep(FloatVec v, FloatVec) const { return v; }
};
struct PartialVector {
  std::int64_t count;
  HWY_INLINE FloatVec load(const float* from) const { return load_first(FloatTag(), from, count); }
  HWY_INLINE void store(FloatVec v, float* to) const { store_first(v, FloatTag(), to, count); }
  HWY_INLINE FloatVec keep(FloatVec v, FloatVec other) const {
    return hn::IfThenElse(hn::FirstN(FloatTag(), static_cast<std::size_t>(count)), v, other);
  }
};

/// Calls body(index, access) for consecutive vectors that cover [begin, end).
template <class Body>
HWY_INLINE void for_vectors(std::int64_t begin, std::int64_t end, const Body& body) {
  const std::int64_t lanes = float_lanes();
  std::int64_t i = begin;
  for (; i + lanes <= end; i += lanes) body(i, WholeVector{});
  if (i < end) body(i, PartialVector{end - i});
}

/// Calls body(begin, end) for consecutive pieces of [begin, end) that are short enough for sums in
/// single precision.
template <class Body>
HWY_INLINE void for_blocks(std::int64_t begin, std::int64_t end, const Body& body) {
  constexpr std::int64_t block = 2048;
  for (std::int64_t i = begin; i < end; i += block) body(i, i + block < end ? i + block : end);
}

HWY_INLINE double sum_of_lanes(FloatVec v) {
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(FloatTag(), v)));
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
