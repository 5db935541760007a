#pragma once

#include <memory>

#include "lehr/backend/conv_spec.hpp"
#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// True if lehr's own convolution is faster than oneDNN's for these extents. Measured with
/// bench/ops.
bool direct_conv_suits(const ConvSpec& conv);
/// lehr's own convolution, for any kernel, stride, padding and dilation, but only groups == 1.
std::unique_ptr<HostKernel> make_direct_conv(const KernelSpec& spec);
/// oneDNN's convolution, for all settings.
std::unique_ptr<HostKernel> make_onednn_conv(const KernelSpec& spec);

}  // namespace lehr::cpu
