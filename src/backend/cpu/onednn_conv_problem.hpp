#pragma once

#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_conv_slices.hpp"

namespace lehr::cpu::onednn {

/// The weights of a convolution as lehr holds them: (kernel_h, kernel_w, in_c/groups, out_c) in memory. With
/// `row` another number of output channels than the convolution's lie side by side.
Desc conv_weights(const ConvSpec& conv, std::int64_t row);
inline Desc conv_weights(const ConvSpec& conv) { return conv_weights(conv, conv.out_c); }

ConvProblem conv_problem(const ConvSlice& slice, bool training);

}  // namespace lehr::cpu::onednn
