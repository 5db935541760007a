#include "backend/cpu/direct_conv_simd.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/direct_conv_simd.cpp"
#include <hwy/foreach_target.h>
// Must follow foreach_target.h, which includes this file once per target.
#include "backend/cpu/direct_conv_gather-inl.hpp"
#include "backend/cpu/direct_conv_grad-inl.hpp"
#include "backend/cpu/direct_conv_outer-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void fill_direct_conv_simd(DirectConvSimd& simd) {
  simd.target = hwy::TargetName(HWY_TARGET);
  simd.lanes = vector_lanes;
  simd.gather = gather;
  simd.outer = outer;
  simd.output_grad = output_grad;
  simd.copy_rows = copy_rows;
  simd.add = add_floats;
  simd.activate = activate_in_place;
  simd.transpose_tap = transpose_tap;
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(fill_direct_conv_simd);

DirectConvSimd direct_conv_simd() {
  DirectConvSimd simd;
  HWY_DYNAMIC_DISPATCH(fill_direct_conv_simd)(simd);
  std::transform(simd.target.begin(), simd.target.end(), simd.target.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return simd;
}

}  // namespace lehr::cpu
#endif
