#include "lehr/store/stat_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lehr/core/error.hpp"
#include "store/histogram_blob.hpp"

namespace lehr {
namespace {

/// Of the finite values; NaN if there are none.
double share(std::int64_t part, const TensorNumbers& of) {
  return of.count > 0 ? static_cast<double>(part) / static_cast<double>(of.count)
                      : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

TensorStats no_stats() {
  TensorStats none;
  none.mean = none.std = none.min = none.max = none.norm = std::numeric_limits<double>::quiet_NaN();
  return none;
}

TensorStats StatSeries::operator[](std::size_t i) const {
  if (i >= size()) {
    throw BadInput("the series has " + std::to_string(size()) + " entries, asked for number " +
                   std::to_string(i));
  }
  const Entry& e = entries_[i];
  TensorStats s{e.numbers, magnitudes(i), {}};
  const std::string_view values =
      std::string_view(packed_).substr(e.magnitudes_end, e.end - e.magnitudes_end);
  if (!values.empty()) store::unpack_counts(values, s.values.counts);
  s.values.exponent = e.exponent;
  return s;
}

std::vector<TensorStats> StatSeries::all() const {
  std::vector<TensorStats> stats;
  stats.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) stats.push_back((*this)[i]);
  return stats;
}

MagnitudeHistogram StatSeries::magnitudes(std::size_t i) const {
  const std::size_t begin = begin_of(i);
  const std::size_t bytes = entries_[i].magnitudes_end - begin;
  return bytes == 0 ? MagnitudeHistogram{}
                    : store::unpack_magnitudes(std::string_view(packed_).substr(begin, bytes));
}

void StatSeries::push(const TensorStats& s) {
  const store::HistogramPlaces places = store::pack_histograms(s, packed_);
  entries_.push_back({s, s.values.exponent, places.values, places.end});
}

void StatSeries::push(const store::PackedTensor& tensor, std::string_view histograms) {
  const store::HistogramPlaces& from = tensor.places;
  const std::size_t begin = packed_.size();
  packed_.append(histograms.substr(from.magnitudes, from.end - from.magnitudes));
  entries_.push_back(
      {tensor.numbers, tensor.exponent, begin + from.values - from.magnitudes, packed_.size()});
}

void StatSeries::assign(std::span<const TensorStats> stats) {
  entries_.clear();
  packed_.clear();
  for (const TensorStats& one : stats) push(one);
}

void StatSeries::keep(std::span<const std::size_t> places) {
  if (empty()) return;
  StatSeries kept;
  for (const std::size_t place : places) {
    Entry entry = entries_[place];
    const std::size_t begin = begin_of(place);
    const std::size_t moved = begin - kept.packed_.size();  // towards the front, or not at all
    kept.packed_.append(packed_, begin, entry.end - begin);
    entry.magnitudes_end -= moved;
    entry.end -= moved;
    kept.entries_.push_back(entry);
  }
  *this = std::move(kept);
}

template <class Value>
std::vector<float> StatSeries::series(const Value& value) const {
  std::vector<float> values;
  values.reserve(size());
  for (const Entry& entry : entries_) values.push_back(static_cast<float>(value(entry.numbers)));
  return values;
}

std::vector<float> StatSeries::mean() const {
  return series([](const TensorNumbers& s) { return s.mean; });
}
std::vector<float> StatSeries::std() const {
  return series([](const TensorNumbers& s) { return s.std; });
}
std::vector<float> StatSeries::min() const {
  return series([](const TensorNumbers& s) { return s.min; });
}
std::vector<float> StatSeries::max() const {
  return series([](const TensorNumbers& s) { return s.max; });
}
std::vector<float> StatSeries::norm() const {
  return series([](const TensorNumbers& s) { return s.norm; });
}
std::vector<float> StatSeries::near_zero() const {
  return series([](const TensorNumbers& s) { return share(s.near_zero, s); });
}
std::vector<float> StatSeries::near_zero_abs() const {
  return series([](const TensorNumbers& s) { return share(s.near_zero_abs, s); });
}
std::vector<float> StatSeries::zero() const {
  return series([](const TensorNumbers& s) { return share(s.zero, s); });
}
std::vector<float> StatSeries::non_finite() const {
  return series([](const TensorNumbers& s) { return s.non_finite; });
}

float StatImage::at(std::size_t row, std::size_t column) const {
  if (row < rows && column < columns) return values[row * columns + column];
  throw BadInput("there is no place (" + std::to_string(row) + ", " + std::to_string(column) +
                 ") in an image of " + std::to_string(rows) + " rows and " + std::to_string(columns) +
                 " columns");
}

StatImage StatSeries::color_dim() const {
  StatImage image{MagnitudeHistogram::bins, size(), {}};
  image.values.resize(image.rows * image.columns);
  for (std::size_t column = 0; column < image.columns; ++column) {
    const MagnitudeHistogram histogram = magnitudes(column);
    for (std::size_t row = 0; row < image.rows; ++row) {
      const auto count = static_cast<double>(histogram.counts[row]);
      image.values[row * image.columns + column] = static_cast<float>(std::log1p(count));
    }
  }
  return image;
}

std::vector<float> StatSeries::dead_chart(int bins) const {
  std::vector<float> chart;
  for (std::size_t i = 0; i < size(); ++i) {
    const MagnitudeHistogram histogram = magnitudes(i);
    std::uint64_t low = 0;
    std::uint64_t all = histogram.beyond;
    for (int bin = 0; bin < MagnitudeHistogram::bins; ++bin) {
      const std::uint64_t count = histogram.counts[static_cast<std::size_t>(bin)];
      all += count;
      low += bin < bins ? count : 0;
    }
    const double share = static_cast<double>(low) / static_cast<double>(all);
    chart.push_back(all > 0 ? static_cast<float>(share) : std::numeric_limits<float>::quiet_NaN());
  }
  return chart;
}

}  // namespace lehr
