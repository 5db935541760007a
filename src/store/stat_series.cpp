#include "lehr/store/stat_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "store/histogram_blob.hpp"

namespace lehr {
namespace {

const StatField* find_field(std::string_view name) {
  const auto* found = std::ranges::find(stat_fields, name, &StatField::name);
  return found == std::end(stat_fields) ? nullptr : found;
}

}  // namespace

TensorStats no_stats() {
  TensorStats none;
  for (const StatField& field : stat_fields) {
    if (field.number != nullptr) none.*field.number = std::numeric_limits<double>::quiet_NaN();
  }
  return none;
}

void StatSeries::check_place(std::size_t i) const {
  if (i < size()) return;
  throw BadInput("the series has " + std::to_string(size()) + " entries, asked for number " +
                 std::to_string(i));
}

TensorStats StatSeries::operator[](std::size_t i) const {
  check_place(i);
  const Entry& e = entries_[i];
  TensorStats s{e.numbers, magnitudes(i), {}, channels(i)};
  const std::string_view values =
      std::string_view(packed_).substr(e.magnitudes_end, e.values_end - e.magnitudes_end);
  if (!values.empty()) store::unpack_counts(values, s.values.counts);
  s.values.exponent = e.exponent;
  return s;
}

ChannelStats StatSeries::channels(std::size_t i) const {
  check_place(i);
  const Entry& e = entries_[i];
  if (e.channels == 0) return {};
  return store::unpack_channels(std::string_view(packed_).substr(e.values_end, e.end - e.values_end),
                                e.channels, e.channel_values);
}

std::size_t StatSeries::channel_count() const {
  const auto counted = [](const Entry& entry) { return entry.channels > 0; };
  const auto last = std::find_if(entries_.rbegin(), entries_.rend(), counted);
  return last == entries_.rend() ? 0 : static_cast<std::size_t>(last->channels);
}

std::vector<std::int64_t> StatSeries::dead_channels() const {
  constexpr std::size_t part = 5;
  std::vector<std::size_t> counted;
  for (std::size_t i = 0; i < size(); ++i) {
    if (entries_[i].channels > 0) counted.push_back(i);
  }
  if (counted.empty()) return {};
  const std::size_t late = (counted.size() + part - 1) / part;
  std::vector<bool> dead(static_cast<std::size_t>(entries_[counted.back()].channels), true);
  for (const std::size_t i : std::span(counted).last(late)) {
    const ChannelStats stats = channels(i);
    for (std::size_t channel = 0; channel < dead.size() && channel < stats.counts.size(); ++channel) {
      dead[channel] = dead[channel] && stats.counts[channel].zero == stats.values;
    }
  }
  std::vector<std::int64_t> found;
  for (std::size_t channel = 0; channel < dead.size(); ++channel) {
    if (dead[channel]) found.push_back(static_cast<std::int64_t>(channel));
  }
  return found;
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
  const store::ChannelPlaces channels = store::pack_channels(s.channels, packed_);
  entries_.push_back(
      {s, s.values.exponent, places.values, places.end, packed_.size(), channels.channels, channels.values});
}

void StatSeries::push(const store::PackedTensor& tensor, const store::PackedStats& batch) {
  const store::HistogramPlaces& from = tensor.places;
  const store::ChannelPlaces& channels = tensor.channels;
  const std::size_t begin = packed_.size();
  packed_.append(batch.histograms(), from.magnitudes, from.end - from.magnitudes);
  const std::size_t values_end = packed_.size();
  packed_.append(batch.channels(), channels.begin.front(), channels.end - channels.begin.front());
  entries_.push_back({tensor.numbers, tensor.exponent, begin + from.values - from.magnitudes, values_end,
                      packed_.size(), channels.channels, channels.values});
}

void StatSeries::assign(std::span<const TensorStats> stats) {
  entries_.clear();
  packed_.clear();
  for (const TensorStats& one : stats) push(one);
}

StateTable StatSeries::to_table() const {
  StateTable table;
  const auto column = [&](auto values, const auto& value_of) {
    for (std::size_t i = 0; i < size(); ++i) values.push_back(value_of(entries_[i], begin_of(i)));
    return values;
  };
  const auto integers = [&](const char* name, std::int64_t Entry::*member) {
    table.add(name, column(StateTable::Integers(), [&](const Entry& e, std::size_t) { return e.*member; }));
  };
  for (const StatField& field : stat_fields) {
    if (field.number != nullptr) {
      table.add(std::string(field.name), column(StateTable::Reals(), [&](const Entry& e, std::size_t) {
                  return e.numbers.*field.number;
                }));
    } else {
      table.add(std::string(field.name), column(StateTable::Integers(), [&](const Entry& e, std::size_t) {
                  return e.numbers.*field.integer;
                }));
    }
  }
  integers("exponent", &Entry::exponent);
  table.add("magnitudes", column(StateTable::Bytes(), [&](const Entry& e, std::size_t begin) {
              return packed_.substr(begin, e.magnitudes_end - begin);
            }));
  table.add("values", column(StateTable::Bytes(), [&](const Entry& e, std::size_t) {
              return packed_.substr(e.magnitudes_end, e.values_end - e.magnitudes_end);
            }));
  table.add("channel_counts", column(StateTable::Bytes(), [&](const Entry& e, std::size_t) {
              return packed_.substr(e.values_end, e.end - e.values_end);
            }));
  integers("channels", &Entry::channels);
  integers("channel_values", &Entry::channel_values);
  return table;
}

void StatSeries::assign(const StateTable& table) {
  StatSeries read;
  const StateTable::Integers& exponents = table.integers("exponent");
  const StateTable::Bytes& magnitudes = table.bytes("magnitudes");
  const StateTable::Bytes& values = table.bytes("values");
  const StateTable::Bytes& channel_counts = table.bytes("channel_counts");
  const StateTable::Integers& channels = table.integers("channels");
  const StateTable::Integers& channel_values = table.integers("channel_values");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    TensorStats stats = no_stats();
    for (const StatField& field : stat_fields) {
      if (!table.has(field.name)) continue;  // the table is of a version without this field
      if (field.number != nullptr) {
        stats.*field.number = table.reals(field.name)[i];
      } else {
        stats.*field.integer = table.integers(field.name)[i];
      }
    }
    stats.values.exponent = exponents[i];
    if (!magnitudes[i].empty()) stats.magnitudes = store::unpack_magnitudes(magnitudes[i]);
    if (!values[i].empty()) store::unpack_counts(values[i], stats.values.counts);
    if (!channel_counts[i].empty()) {
      stats.channels = store::unpack_channels(channel_counts[i], channels[i], channel_values[i]);
    }
    read.push(stats);
  }
  *this = std::move(read);
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
    entry.values_end -= moved;
    entry.end -= moved;
    kept.entries_.push_back(entry);
  }
  *this = std::move(kept);
}

std::vector<float> StatSeries::series(const StatField& field) const {
  std::vector<float> values;
  values.reserve(size());
  for (const Entry& entry : entries_) values.push_back(static_cast<float>(field.shown(entry.numbers)));
  return values;
}

std::vector<float> StatSeries::values(std::string_view name) const {
  if (const StatField* field = find_field(name)) return series(*field);
  std::vector<std::string> names;
  for (const StatField& field : stat_fields) names.emplace_back(field.name);
  throw unknown_name("statistic", name, names);
}

std::vector<float> StatSeries::mean() const { return values("mean"); }
std::vector<float> StatSeries::std() const { return values("std"); }
std::vector<float> StatSeries::min() const { return values("min"); }
std::vector<float> StatSeries::max() const { return values("max"); }
std::vector<float> StatSeries::norm() const { return values("norm"); }
std::vector<float> StatSeries::near_zero() const { return values("near_zero"); }
std::vector<float> StatSeries::near_zero_abs() const { return values("near_zero_abs"); }
std::vector<float> StatSeries::zero() const { return values("zero"); }
std::vector<float> StatSeries::non_finite() const { return values("non_finite"); }

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
