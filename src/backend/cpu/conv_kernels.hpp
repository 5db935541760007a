#pragma once

#include <memory>

#include "lehr/backend/backend.hpp"
#include "lehr/backend/conv_spec.hpp"

namespace lehr::cpu {

/// True where lehr's own convolution beats oneDNN's for these extents; measured by bench/ops.
bool direct_conv_suits(const ConvSpec& conv);
/// lehr's own convolution: any kernel, stride, padding and dilation; groups == 1.
std::unique_ptr<Kernel> make_direct_conv(const KernelSpec& spec);
/// oneDNN's convolution: everything.
std::unique_ptr<Kernel> make_onednn_conv(const KernelSpec& spec);

}  // namespace lehr::cpu
