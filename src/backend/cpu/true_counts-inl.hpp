// Counts how often conditions are true, compiled once per SIMD target. Include this inside a file
// that uses hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_TRUE_COUNTS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_TRUE_COUNTS_INL_HPP_
#undef LEHR_BACKEND_CPU_TRUE_COUNTS_INL_HPP_
#else
#define LEHR_BACKEND_CPU_TRUE_COUNTS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using CountTag = hn::RebindToUnsigned<FloatTag>;
using CountVec = hn::Vec<CountTag>;

/// One count per lane.
class LaneTrueCounts {
 public:
  HWY_INLINE LaneTrueCounts() : lanes_(hn::Zero(CountTag())) {}
  HWY_INLINE void add(hn::Mask<FloatTag> mask) {
    const CountTag d;
#if HWY_TARGET <= HWY_AVX3
    // One instruction: a masked addition.
    lanes_ = hn::IfThenElse(hn::RebindMask(d, mask), hn::Add(lanes_, hn::Set(d, 1)), lanes_);
#else
    // A true lane of the mask is -1 as an integer.
    lanes_ = hn::Sub(lanes_, hn::VecFromMask(d, hn::RebindMask(d, mask)));
#endif
  }
  HWY_INLINE void add(const LaneTrueCounts& other) { lanes_ = hn::Add(lanes_, other.lanes_); }
  HWY_INLINE void add_to(std::uint32_t* counts) const {
    const CountTag d;
    hn::StoreU(hn::Add(hn::LoadU(d, counts), lanes_), d, counts);
  }
  HWY_INLINE std::int64_t sum() const {
    return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(CountTag(), lanes_)));
  }

 private:
  CountVec lanes_;
};

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
