#include "backend/reference/tensor_stats.hpp"

#include <algorithm>
#include <cmath>

#include "backend/stats_parts.hpp"

namespace lehr::reference {
namespace {

class Probe final : public TensorProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void measure(const float* values, std::int64_t count, TensorStats& result) override {
    Moments moments;
    for (std::int64_t i = 0; i < count; ++i) moments.add(values[i], spec_.near_zero);
    moments.write(result);
    if (!spec_.histograms) return;
    result.magnitudes = {};
    result.values = {};
    result.values.exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    for (std::int64_t i = 0; i < count; ++i) {
      if (std::isfinite(values[i])) add(static_cast<double>(values[i]), result);
    }
  }

 private:
  static void add(double value, TensorStats& result) {
    const double size = std::abs(value);
    const auto bin = static_cast<std::size_t>(size / MagnitudeHistogram::width);
    if (size > MagnitudeHistogram::bins * MagnitudeHistogram::width) {
      ++result.magnitudes.beyond;
    } else {
      ++result.magnitudes.counts[std::min<std::size_t>(bin, MagnitudeHistogram::bins - 1)];
    }
    const auto step = static_cast<std::size_t>(size / result.values.width());
    constexpr std::size_t half = SignedHistogram::bins / 2;
    ++result.values.counts[value < 0 ? half - 1 - step : half + step];
  }

  StatsSpec spec_;
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::reference
