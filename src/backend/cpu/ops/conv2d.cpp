#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/ops.hpp"
#include "lehr/core/error.hpp"

namespace lehr::cpu {

void register_conv2d(KernelRegistry& registry) {
  registry.add_kernel(
      "conv2d",
      [](const KernelSpec& spec) {
        if (ConvSpec::from(spec).groups != 1) {
          throw Error("the cpu backend has no grouped convolution (node " + spec.name + ")");
        }
        return make_direct_conv(spec);
      },
      [](FusedActivation::Kind) { return true; });
}

}  // namespace lehr::cpu
