#include "backend/reference/tensor_stats.hpp"

#include <algorithm>
#include <cmath>

#include "backend/stats_parts.hpp"

namespace lehr::reference {
namespace {

class Probe final : public HostProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void start(const float* values, std::int64_t count) override {
    values_ = values;
    count_ = count;
  }
  void written(std::int64_t, std::int64_t, int) override {}
  double seconds() const override { return 0; }

  void end(TensorStats& result) override {
    Moments moments;
    for (std::int64_t i = 0; i < count_; ++i) moments.add(values_[i], spec_.near_zero);
    moments.write(result);
    if (!spec_.histograms) return;
    result.magnitudes = {};
    result.values = {};
    result.values.exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    for (std::int64_t i = 0; i < count_; ++i) {
      if (std::isfinite(values_[i])) add(static_cast<double>(values_[i]), result);
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
  const float* values_ = nullptr;
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::reference
