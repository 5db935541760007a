#include "backend/reference/average.hpp"

namespace lehr::reference {
namespace {

/// Cell i of `cells` covers floor(i extent / cells) to ceil((i + 1) extent / cells).
Range cell(std::int64_t i, std::int64_t cells, std::int64_t extent) {
  return {i * extent / cells, ((i + 1) * extent + cells - 1) / cells};
}

class AdaptiveAvgPool2d final : public AverageKernel<AdaptiveAvgPool2d> {
 public:
  using AverageKernel::AverageKernel;

  Range rows(std::int64_t out_h) const {
    return cell(out_h, spec().output.shape[2], spec().inputs[0].shape[2]);
  }
  Range columns(std::int64_t out_w) const {
    return cell(out_w, spec().output.shape[3], spec().inputs[0].shape[3]);
  }
  static double divisor(const Range& rows, const Range& columns) {
    return static_cast<double>(rows.length() * columns.length());
  }
};

}  // namespace

void register_adaptive_avg_pool2d(KernelRegistry& registry) {
  registry.add_kernel("adaptive_avg_pool2d", make<AdaptiveAvgPool2d>);
}

}  // namespace lehr::reference
