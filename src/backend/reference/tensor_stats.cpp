#include "backend/reference/tensor_stats.hpp"

#include <algorithm>
#include <cmath>

#include "backend/stats_parts.hpp"

namespace lehr::reference {
namespace {

class Probe final : public HostProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void start(const float* values, std::int64_t count, std::int64_t channels) override {
    values_ = values;
    count_ = count;
    channels_ = channels;
  }
  void written(std::int64_t, std::int64_t, int) override {}
  double seconds() const override { return 0; }

  void end(TensorStats& result) override {
    Moments moments;
    for (std::int64_t i = 0; i < count_; ++i) moments.add(values_[i], spec_.near_zero);
    moments.write(result);
    if (spec_.channels) count_channels(result.channels);
    if (!spec_.histograms) return;
    result.magnitudes = {};
    result.values = {};
    result.values.exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    for (std::int64_t i = 0; i < count_; ++i) {
      if (std::isfinite(values_[i])) add(static_cast<double>(values_[i]), result);
    }
  }

 private:
  void count_channels(ChannelStats& result) const {
    result.values = count_ / channels_;
    result.counts.assign(static_cast<std::size_t>(channels_), {});
    for (std::int64_t i = 0; i < count_; ++i) {
      ChannelCounts& counts = result.counts[static_cast<std::size_t>(i % channels_)];
      counts.zero += values_[i] == 0 ? 1 : 0;
      counts.near_zero_abs += std::abs(values_[i]) <= spec_.near_zero ? 1 : 0;
      const bool has_bounds = std::isfinite(spec_.saturated_below) || std::isfinite(spec_.saturated_above);
      const bool saturated = values_[i] <= spec_.saturated_below || values_[i] >= spec_.saturated_above;
      counts.saturated += has_bounds && saturated ? 1 : 0;
    }
  }

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
  std::int64_t channels_ = 1;
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::reference
