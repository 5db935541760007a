// Shared by the vector kernels of the direct convolution. Include this inside a file that uses
// hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_DIRECT_CONV_VECTORS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_DIRECT_CONV_VECTORS_INL_HPP_
#undef LEHR_BACKEND_CPU_DIRECT_CONV_VECTORS_INL_HPP_
#else
#define LEHR_BACKEND_CPU_DIRECT_CONV_VECTORS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr std::int64_t vector_lanes = hn::MaxLanes(Floats());
/// AVX-512 and NEON have 32 vector registers, other targets have 16.
constexpr bool many_registers = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64;

#if HWY_TARGET == HWY_SCALAR
// A vector of one float is never split.
template <int split>
HWY_INLINE Vector broadcast(const float* from) {
  return hn::Set(Floats(), *from);
}
template <int split>
HWY_INLINE Vector fold(Vector v) {
  return v;
}
#else
/// `split` neighbouring floats, repeated over the whole vector.
template <int split>
HWY_INLINE Vector broadcast(const float* from) {
  const Floats d;
  if constexpr (split == 1) return hn::Set(d, *from);
  if constexpr (split == 2) {
    double pair;
    std::memcpy(&pair, from, sizeof(pair));
    return hn::BitCast(d, hn::Set(hn::Repartition<double, Floats>(), pair));
  }
  if constexpr (split == 4) return hn::LoadDup128(d, from);
}

/// The sums over groups of `split` lanes, stored in the first lanes.
template <int split>
HWY_INLINE Vector fold(Vector v) {
  const Floats d;
  if constexpr (split >= 2) v = hn::Add(hn::ConcatEven(d, v, v), hn::ConcatOdd(d, v, v));
  if constexpr (split >= 4) v = hn::Add(hn::ConcatEven(d, v, v), hn::ConcatOdd(d, v, v));
  return v;
}

/// Indices for TableLookupLanes: `split` times each lane, starting at lane `first`.
HWY_INLINE auto spread_lanes(std::int64_t first, std::int64_t split) {
  HWY_ALIGN std::int32_t lane[vector_lanes];
  for (std::int64_t i = 0; i < vector_lanes; ++i) {
    lane[i] = static_cast<std::int32_t>((first + i / split) % vector_lanes);
  }
  return hn::SetTableIndices(Floats(), lane);
}
#endif

/// Loads the first `count` lanes; the others are zero. Does not read beyond them.
HWY_INLINE Vector load_first(const float* from, std::int64_t count) {
  const Floats d;
  if (count >= vector_lanes) return hn::LoadU(d, from);
  if constexpr (vector_lanes >= 8) {
    return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
  } else {
    HWY_ALIGN float lanes[vector_lanes] = {};
    for (std::int64_t i = 0; i < count; ++i) lanes[i] = from[i];
    return hn::Load(d, lanes);
  }
}

/// Stores the first `count` lanes. Does not write beyond them, because that memory may belong to
/// another thread.
HWY_INLINE void store_first(Vector v, float* to, std::int64_t count) {
  const Floats d;
  if (count >= vector_lanes) {
    hn::StoreU(v, d, to);
  } else if constexpr (vector_lanes >= 8) {
    hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(count)), d, to);
  } else {
    HWY_ALIGN float lanes[vector_lanes];
    hn::Store(v, d, lanes);
    for (std::int64_t i = 0; i < count; ++i) to[i] = lanes[i];
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
