#pragma once

#include <memory>

#include "lehr/backend/conv_spec.hpp"
#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// True where lehr's own convolution beats oneDNN's for these extents; measured by bench/ops.
bool direct_conv_suits(const ConvSpec& conv);
/// lehr's own convolution: any kernel, stride, padding and dilation; groups == 1.
std::unique_ptr<HostKernel> make_direct_conv(const KernelSpec& spec);
/// oneDNN's convolution: everything.
std::unique_ptr<HostKernel> make_onednn_conv(const KernelSpec& spec);

}  // namespace lehr::cpu
