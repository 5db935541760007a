#include <algorithm>
#include <cmath>
#include <memory>

#include "backend/host_backend.hpp"
#include "backend/reference/ops.hpp"
#include "backend/reference/tensor_stats.hpp"
#include "backend/reference/updates.hpp"

namespace lehr {
namespace {

class ReferenceArithmetic final : public HostArithmetic {
 public:
  void accumulate(float* to, const float* from, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
  }
  void add_scaled(float* to, const float* from, float factor, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(to[i] + double{factor} * from[i]);
  }
  void lerp(float* to, const float* from, float weight, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = static_cast<float>(to[i] + double{weight} * (double{from[i]} - to[i]));
    }
  }
  void scale(float* values, float factor, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) values[i] *= factor;
  }
  void clamp(float* values, float low, float high, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], low, high);
  }
  double sum_of_squares(const float* values, std::int64_t count) const override {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += double{values[i]} * values[i];
    return sum;
  }
  bool all_finite(const float* values, std::int64_t count) const override {
    return std::all_of(values, values + count, [](float value) { return std::isfinite(value); });
  }
};

class ReferenceBackend final : public HostBackend {
 public:
  ReferenceBackend() : HostBackend("reference", std::make_unique<ReferenceArithmetic>()) {
    reference::register_all_ops(registry());
    reference::register_all_updates(registry());
  }
  std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const override {
    return reference::make_probe(spec);
  }
};

}  // namespace

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace lehr
