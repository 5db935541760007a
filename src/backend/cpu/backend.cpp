#include <memory>

#include "backend/cpu/flat.hpp"
#include "backend/cpu/ops.hpp"
#include "backend/cpu/tensor_stats.hpp"
#include "backend/cpu/updates.hpp"
#include "backend/host_backend.hpp"

namespace lehr {
namespace {

class CpuArithmetic final : public HostArithmetic {
 public:
  void accumulate(float* to, const float* from, std::int64_t count) const override {
    cpu::accumulate(to, from, count);
  }
  void add_scaled(float* to, const float* from, float factor, std::int64_t count) const override {
    cpu::add_scaled(to, from, factor, count);
  }
  void lerp(float* to, const float* from, float weight, std::int64_t count) const override {
    cpu::lerp(to, from, weight, count);
  }
  void scale(float* values, float factor, std::int64_t count) const override {
    cpu::scale(values, factor, count);
  }
  void clamp(float* values, float low, float high, std::int64_t count) const override {
    cpu::clamp(values, low, high, count);
  }
  double sum_of_squares(const float* values, std::int64_t count) const override {
    return cpu::sum_of_squares(values, count);
  }
  bool all_finite(const float* values, std::int64_t count) const override {
    return cpu::all_finite(values, count);
  }
};

class CpuBackend final : public HostBackend {
 public:
  CpuBackend() : HostBackend("cpu", std::make_unique<CpuArithmetic>()) {
    cpu::register_all_ops(registry());
    cpu::register_all_updates(registry());
  }
  std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const override { return cpu::make_probe(spec); }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace lehr
