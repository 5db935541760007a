// AVX-512 instructions for which Highway has no operation, or none that compiles to a single
// instruction. This is the only file with intrinsics. Include it inside a file that uses
// hwy/foreach_target.h. It is empty for other targets.
#if defined(LEHR_BACKEND_CPU_AVX512_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_AVX512_INL_HPP_
#undef LEHR_BACKEND_CPU_AVX512_INL_HPP_
#else
#define LEHR_BACKEND_CPU_AVX512_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#if HWY_TARGET <= HWY_AVX3
HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace avx512 {

using Floats = hn::Vec512<float>;
using Integers = hn::Vec512<std::int32_t>;
using Bytes = hn::Vec512<std::uint8_t>;
using FloatMask = hn::Mask512<float>;
using IntegerMask = hn::Mask512<std::int32_t>;

/// For each bit: whether at least two of the three are set.
HWY_INLINE Integers majority(Integers a, Integers b, Integers c) {
  constexpr int truth_table = 0xE8;
  return Integers{_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, truth_table)};
}

/// For each bit: whether an odd number of the three is set.
HWY_INLINE Integers parity(Integers a, Integers b, Integers c) {
  constexpr int truth_table = 0x96;
  return Integers{_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, truth_table)};
}

/// values << bits in each lane. The result is 0 for shifts by 32 or more and by negative numbers.
HWY_INLINE Integers shift_left(Integers values, Integers bits) {
  return Integers{_mm512_sllv_epi32(values.raw, bits.raw)};
}

/// The same in the lanes of the mask, and 0 in the other lanes.
HWY_INLINE Integers masked_shift_left(FloatMask mask, Integers values, Integers bits) {
  return Integers{_mm512_maskz_sllv_epi32(mask.raw, values.raw, bits.raw)};
}

/// Rounds down to integers.
HWY_INLINE Integers floor_to_integers(Floats values) {
  return Integers{_mm512_cvt_roundps_epi32(values.raw, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)};
}

/// Adds to the bytes whose mask bits are set.
HWY_INLINE Bytes masked_add(Bytes values, std::uint64_t mask, Bytes added) {
  return Bytes{_mm512_mask_add_epi8(values.raw, _cvtu64_mask64(mask), values.raw, added.raw)};
}

/// Writes the lanes of the mask contiguously and returns their number. It overwrites up to a whole
/// vector. Compressing in a register is faster than compressing into memory, which Highway does.
HWY_INLINE std::size_t compress_store(Integers values, IntegerMask mask, std::int32_t* to) {
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(mask.raw, values.raw));
  return static_cast<std::size_t>(__builtin_popcount(mask.raw));
}

HWY_INLINE bool any(IntegerMask a, IntegerMask b) { return (a.raw | b.raw) != 0; }

}  // namespace avx512
}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif
