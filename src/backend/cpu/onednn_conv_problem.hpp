#pragma once

#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_conv_slices.hpp"

namespace lehr::cpu::onednn {

/// The weights of a convolution in lehr's layout: (kernel_h, kernel_w, in_c/groups, out_c). `row`
/// is the number of adjacent output channels in memory, which may be larger than the convolution's.
Desc conv_weights(const ConvSpec& conv, std::int64_t row);
inline Desc conv_weights(const ConvSpec& conv) { return conv_weights(conv, conv.out_c); }

ConvProblem conv_problem(const ConvSlice& slice, bool training);

}  // namespace lehr::cpu::onednn
