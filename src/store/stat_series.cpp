#include "lehr/store/stat_series.hpp"

#include <cmath>

namespace lehr {
namespace {

template <class Value>
std::vector<float> series(std::span<const TensorStats> stats, const Value& value) {
  std::vector<float> values;
  values.reserve(stats.size());
  for (const TensorStats& one : stats) values.push_back(static_cast<float>(value(one)));
  return values;
}

}  // namespace

std::vector<float> StatSeries::mean() const {
  return series(stats_, [](const TensorStats& s) { return s.mean; });
}
std::vector<float> StatSeries::std() const {
  return series(stats_, [](const TensorStats& s) { return s.std; });
}
std::vector<float> StatSeries::min() const {
  return series(stats_, [](const TensorStats& s) { return s.min; });
}
std::vector<float> StatSeries::max() const {
  return series(stats_, [](const TensorStats& s) { return s.max; });
}
std::vector<float> StatSeries::norm() const {
  return series(stats_, [](const TensorStats& s) { return s.norm; });
}
std::vector<float> StatSeries::near_zero() const {
  return series(stats_, [](const TensorStats& s) { return s.near_zero_share(); });
}
std::vector<float> StatSeries::near_zero_abs() const {
  return series(stats_, [](const TensorStats& s) { return s.near_zero_abs_share(); });
}
std::vector<float> StatSeries::zero() const {
  return series(stats_, [](const TensorStats& s) { return s.zero_share(); });
}
std::vector<float> StatSeries::non_finite() const {
  return series(stats_, [](const TensorStats& s) { return s.non_finite; });
}

StatImage StatSeries::color_dim() const {
  StatImage image{MagnitudeHistogram::bins, stats_.size(), {}};
  image.values.resize(image.rows * image.columns);
  for (std::size_t column = 0; column < image.columns; ++column) {
    for (std::size_t row = 0; row < image.rows; ++row) {
      const auto count = static_cast<double>(stats_[column].magnitudes.counts[row]);
      image.values[row * image.columns + column] = static_cast<float>(std::log1p(count));
    }
  }
  return image;
}

std::vector<float> StatSeries::dead_chart(int bins) const {
  return series(stats_, [bins](const TensorStats& s) {
    std::uint64_t low = 0;
    std::uint64_t all = s.magnitudes.beyond;
    for (int bin = 0; bin < MagnitudeHistogram::bins; ++bin) {
      const std::uint64_t count = s.magnitudes.counts[static_cast<std::size_t>(bin)];
      all += count;
      low += bin < bins ? count : 0;
    }
    return all > 0 ? static_cast<double>(low) / static_cast<double>(all) : 0;
  });
}

void StatSeries::keep(std::span<const std::size_t> places) {
  if (stats_.empty()) return;
  for (std::size_t i = 0; i < places.size(); ++i) stats_[i] = stats_[places[i]];
  stats_.resize(places.size());
}

}  // namespace lehr
