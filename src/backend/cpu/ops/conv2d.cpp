#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/ops.hpp"

namespace lehr::cpu {

void register_conv2d(KernelRegistry& registry) {
  registry.add_kernel("conv2d",
                      [](const KernelSpec& spec) {
                        return direct_conv_suits(ConvSpec::from(spec)) ? make_direct_conv(spec)
                                                                       : make_onednn_conv(spec);
                      },
                      {.fuses = fuses_all});
}

}  // namespace lehr::cpu
