#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "report/page_data.hpp"
#include "report/page_numbers.hpp"

namespace lehr::report {
namespace {

using nlohmann::json;

/// Number of values of one batch in the histogram.
double values_in(const MagnitudeHistogram& histogram) {
  double sum = static_cast<double>(histogram.beyond);
  for (const std::uint64_t count : histogram.counts) sum += static_cast<double>(count);
  return sum;
}

std::uint64_t count_in(const MagnitudeHistogram& histogram, std::size_t bin) {
  return bin < MagnitudeHistogram::bins ? histogram.counts[bin] : histogram.beyond;
}

/// The share of the values that are in a bin, averaged over consecutive batches. Bin index `bins` means the
/// values beyond the last bin. Shares are used because batches differ in size.
double mean_share(std::span<const TensorStats> batches, std::size_t bin) {
  double sum = 0;
  for (const TensorStats& stats : batches) {
    const double all = values_in(stats.magnitudes);
    if (all > 0) sum += static_cast<double>(count_in(stats.magnitudes, bin)) / all;
  }
  return sum / static_cast<double>(batches.size());
}

/// Brightness by magnitude (rows, smallest first) and batch, row-major. It is log1p of the counts, scaled as
/// if each batch were as large as the largest, which has `values` values. 255 stands for `most`. "beyond" is
/// the row above the last bin.
json picture_of(const StatSeries& series, std::size_t most_columns) {
  const std::size_t columns = std::min(series.size(), most_columns);
  const std::vector<TensorStats> all = series.all();
  double values = 0;
  for (const TensorStats& stats : all) values = std::max(values, values_in(stats.magnitudes));
  std::vector<double> brightness;
  for (std::size_t bin = 0; bin <= MagnitudeHistogram::bins; ++bin) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t begin = column * series.size() / columns;
      const std::size_t end = (column + 1) * series.size() / columns;
      brightness.push_back(std::log1p(values * mean_share(std::span(all).subspan(begin, end - begin), bin)));
    }
  }
  const double most = brightness.empty() ? 0 : std::ranges::max(brightness);
  std::vector<std::uint8_t> bytes;
  for (const double one : brightness) {
    bytes.push_back(most > 0 ? static_cast<std::uint8_t>(std::lround(255 * one / most)) : 0);
  }
  const std::span<const std::uint8_t> all_bytes(bytes);
  return {{"columns", columns},
          {"rows", MagnitudeHistogram::bins},
          {"most", most},
          {"values", values},
          {"bytes", encoded(all_bytes.first(MagnitudeHistogram::bins * columns))},
          {"beyond", encoded(all_bytes.last(columns))}};
}

/// The values of the last batch by sign and size, from the first to the last bin that is not empty.
json last_values(const TensorStats& stats) {
  const auto& counts = stats.values.counts;
  const auto held = [](std::uint64_t count) { return count > 0; };
  const auto first = std::ranges::find_if(counts, held);
  if (first == counts.end()) return nullptr;
  const auto last = std::find_if(counts.rbegin(), counts.rend(), held).base();
  return {{"from", stats.values.edge(static_cast<int>(first - counts.begin()))},
          {"width", stats.values.width()},
          {"counts", std::vector<std::uint64_t>(first, last)}};
}

bool is_recorded(const StatSeries& series) {
  return std::ranges::any_of(series.all(), [](const TensorStats& stats) { return stats.count > 0; });
}

bool has_histograms(const StatSeries& series) {
  return std::ranges::any_of(
      series.all(), [](const TensorStats& stats) { return stats.magnitudes != MagnitudeHistogram{}; });
}

std::int64_t non_finite(const LayerStats& layer) {
  std::int64_t sum = 0;
  for_each_series(layer, [&sum](store::Watched, const StatSeries& series) {
    for (const TensorStats& stats : series.all()) sum += stats.non_finite;
  });
  return sum;
}

json series_data(const LayerStats& layer, const PageLimits& limits) {
  json series = json::object();
  if (is_recorded(layer.activation)) {
    series["mean"] = encoded(layer.mean());
    series["std"] = encoded(layer.std());
    series["nearZero"] = encoded(layer.near_zero_abs());
  }
  if (is_recorded(layer.activation_gradient)) {
    series["activationGradient"] = encoded(layer.activation_gradient.norm());
  }
  if (is_recorded(layer.weight_gradient)) series["weightGradient"] = encoded(layer.weight_gradient.norm());
  if (is_recorded(layer.weight)) series["weight"] = encoded(layer.weight.norm());
  if (is_recorded(layer.update)) series["updateRatio"] = encoded(layer.update_ratio());
  if (has_histograms(layer.activation)) {
    series["picture"] = picture_of(layer.activation, limits.columns);
    series["lastValues"] = last_values(layer.activation[layer.activation.size() - 1]);
  }
  return series;
}

/// Combines the statistics of several batches.
class Pool {
 public:
  void add(const TensorStats& stats) {
    const auto n = static_cast<double>(stats.count);
    if (n == 0) return;
    const double difference = stats.mean - mean_;
    count_ += n;
    mean_ += difference * n / count_;
    squares_ += stats.std * stats.std * (n - 1) + difference * difference * n * (count_ - n) / count_;
    near_zero_ += static_cast<double>(stats.near_zero_abs);
  }
  float mean() const { return of_values(mean_); }
  float std() const { return of_values(count_ > 1 ? std::sqrt(squares_ / (count_ - 1)) : 0); }
  float near_zero() const { return of_values(near_zero_ / count_); }

 private:
  float of_values(double number) const {
    return count_ > 0 ? static_cast<float>(number) : std::numeric_limits<float>::quiet_NaN();
  }

  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // of deviations from the mean. Source: Chan, Golub and LeVeque 1979
  double near_zero_ = 0;
};

}  // namespace

json validation_data(const store::RunRecords& run, int layer) {
  std::map<std::int64_t, Pool> validations;  // by the number of training batches before them
  for (const store::StatsRow& row : run.stats) {
    if (row.training || row.layer != layer || row.what != store::Watched::activation) continue;
    validations[row.step + 1].add(row.stats);
  }
  if (validations.empty()) return nullptr;
  std::vector<double> batch;
  std::vector<float> mean;
  std::vector<float> std;
  std::vector<float> near_zero;
  for (const auto& [before, pool] : validations) {
    batch.push_back(static_cast<double>(before));
    mean.push_back(pool.mean());
    std.push_back(pool.std());
    near_zero.push_back(pool.near_zero());
  }
  return {{"batch", encoded(batch)},
          {"mean", encoded(mean)},
          {"std", encoded(std)},
          {"nearZero", encoded(near_zero)}};
}

namespace {

/// Null if channels were not counted.
json dead_channels(const LayerStats& layer) {
  const std::size_t channels = layer.activation.channel_count();
  if (channels == 0) return nullptr;
  return {{"channels", channels}, {"dead", layer.activation.dead_channels()}};
}

/// Null if it was not timed.
json seconds_data(std::optional<double> seconds) { return seconds ? json(*seconds) : json(); }

}  // namespace

json layer_data(const LayerStats& layer, const PageLimits& limits) {
  const store::LayerInfo& info = layer.info;
  return {{"name", info.name},
          {"type", info.type},
          {"shape", info.shape},
          {"parameters", info.parameters},
          {"flops", info.flops},
          {"receptiveField", info.receptive_field},
          {"inputs", info.inputs},
          {"bytes", info.bytes},
          {"forward", seconds_data(info.forward_seconds)},
          {"backward", seconds_data(info.backward_seconds)},
          {"nonFinite", non_finite(layer)},
          {"deadChannels", dead_channels(layer)},
          {"series", series_data(layer, limits)}};
}

}  // namespace lehr::report
