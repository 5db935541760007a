#include "backend/reference/average.hpp"

namespace lehr::reference {
namespace {

class AvgPool2d final : public AverageKernel<AvgPool2d> {
 public:
  explicit AvgPool2d(const KernelSpec& spec) : AverageKernel(spec), pool_(PoolSpec::from(spec)) {}

  Range rows(std::int64_t out_h) const { return window_rows(pool_, out_h); }
  Range columns(std::int64_t out_w) const { return window_columns(pool_, out_w); }
  double divisor(const Range& rows, const Range& columns) const {
    return static_cast<double>(pool_.count_include_pad ? pool_.kernel_h * pool_.kernel_w
                                                       : rows.length() * columns.length());
  }

 private:
  PoolSpec pool_;
};

}  // namespace

void register_avg_pool2d(KernelRegistry& registry) { registry.add_kernel("avg_pool2d", make<AvgPool2d>); }

}  // namespace lehr::reference
