#include "store/packed_stats.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/store/run_names.hpp"
#include "lehr/store/stat_series.hpp"
#include "store/histogram_blob.hpp"

namespace lehr::store {
namespace {

using nlohmann::json;

constexpr double most_single = std::numeric_limits<float>::max();

[[noreturn]] void damaged() { throw BadInput("recorded statistics are damaged"); }

/// Writes one batch's numbers as JSON as fast as possible.
class NumberText {
 public:
  explicit NumberText(std::string& text) : text_(&text) {}

  void open(int layer, std::string_view tensor) {
    constexpr std::size_t most_number_chars = 26;
    constexpr std::size_t most_tensor_chars = 64 + most_number_chars * (std::size(stat_fields) + 4);
    room_.resize(most_tensor_chars);
    to_ = room_.data();
    put(text_->empty() ? "[[" : ",[");
    number(layer);
    put(",\"");
    put(tensor);
    put("\"");
  }
  void close() {
    put("]");
    text_->append(room_.data(), static_cast<std::size_t>(to_ - room_.data()));
  }

  void add(std::int64_t value) {
    put(",");
    number(value);
  }
  void add(double value) {
    put(",");
    if (!std::isfinite(value)) return put("null");
    std::abs(value) <= most_single ? number(static_cast<float>(value)) : number(value);
  }

 private:
  void put(std::string_view part) { to_ = std::ranges::copy(part, to_).out; }
  template <class Number>
  void number(Number value) {
    to_ = std::to_chars(to_, room_.data() + room_.size(), value).ptr;
  }

  std::string* text_;
  std::string room_;
  char* to_ = nullptr;
};

void put_field(const StatField& field, const TensorNumbers& numbers, NumberText& text) {
  field.number != nullptr ? text.add(numbers.*field.number) : text.add(numbers.*field.integer);
}

void put_numbers(const PackedTensor& tensor, NumberText& text) {
  const std::span<const StatField> fields(stat_fields);
  text.open(tensor.layer, tensor_name(tensor.what));
  for (const StatField& field : fields.first(first_fields)) put_field(field, tensor.numbers, text);
  for (const std::size_t place : {tensor.places.magnitudes, tensor.places.values, tensor.places.end}) {
    text.add(static_cast<std::int64_t>(place));
  }
  text.add(tensor.exponent);
  for (const StatField& field : fields.subspan(first_fields)) put_field(field, tensor.numbers, text);
  text.close();
}

double real_of(const json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) damaged();
  return rounded_to_single(value.get<double>());
}

std::int64_t integer_of(const json& value) {
  if (!value.is_number_integer()) damaged();
  return value.get<std::int64_t>();
}

StatsRow row_of(const json& row) {
  if (!row.is_array() || row.size() <= exponent_key || !row[tensor_key].is_string()) damaged();
  StatsRow made;
  made.layer = static_cast<int>(integer_of(row[layer_key]));
  made.what = tensor_of(row[tensor_key].get_ref<const std::string&>());
  made.stats = no_stats();
  for (std::size_t i = 0; i < std::size(stat_fields) && key_of_field(i) < row.size(); ++i) {
    const StatField& field = stat_fields[i];
    const json& value = row[key_of_field(i)];
    if (field.number != nullptr) {
      made.stats.*field.number = real_of(value);
    } else {
      made.stats.*field.integer = integer_of(value);
    }
  }
  made.stats.values.exponent = integer_of(row[exponent_key]);
  return made;
}

json rows_in(std::string_view numbers) {
  json rows = json::parse(numbers, nullptr, false);
  if (!rows.is_array()) damaged();
  return rows;
}

std::string_view part_of(std::string_view bytes, const json& begin, const json& end) {
  const std::int64_t first = integer_of(begin);
  const std::int64_t last = integer_of(end);
  if (first < 0 || last < first || last > static_cast<std::int64_t>(bytes.size())) damaged();
  return bytes.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

void take_histograms(const json& row, std::string_view bytes, TensorStats& s) {
  const std::string_view magnitudes = part_of(bytes, row[magnitudes_key], row[values_key]);
  const std::string_view values = part_of(bytes, row[values_key], row[end_key]);
  if (!magnitudes.empty()) s.magnitudes = unpack_magnitudes(magnitudes);
  if (!values.empty()) unpack_counts(values, s.values.counts);
}

}  // namespace

void PackedStats::add(int layer, Watched what, const TensorStats& stats) {
  if (stats.count + stats.non_finite == 0) return;
  const HistogramPlaces places = pack_histograms(stats, histograms_);
  const ChannelPlaces channels = pack_channels(stats.channels, channels_);
  tensors_.push_back({layer, what, stats, stats.values.exponent, places, channels});
}

void PackedStats::add(int layer, const PackedTensor& tensor, const PackedStats& from) {
  const HistogramPlaces& places = tensor.places;
  const std::size_t begin = histograms_.size();
  histograms_.append(from.histograms_, places.magnitudes, places.end - places.magnitudes);
  tensors_.push_back(tensor);
  tensors_.back().layer = layer;
  tensors_.back().places = {begin, begin + (places.values - places.magnitudes), histograms_.size()};
  if (tensor.channels.channels == 0) return;
  const std::size_t first = tensor.channels.begin.front();
  const std::size_t moved = channels_.size();
  channels_.append(from.channels_, first, tensor.channels.end - first);
  ChannelPlaces& to = tensors_.back().channels;
  for (std::size_t& place : to.begin) place = moved + place - first;
  to.end = moved + tensor.channels.end - first;
}

void PackedStats::clear() {
  tensors_.clear();
  histograms_.clear();
  channels_.clear();
}

std::string numbers_text(std::span<const PackedTensor> tensors) {
  constexpr std::size_t usual_text = 160;
  std::string numbers;
  numbers.reserve(usual_text * tensors.size());
  NumberText text(numbers);
  for (const PackedTensor& tensor : tensors) put_numbers(tensor, text);
  numbers += tensors.empty() ? "[]" : "]";
  return numbers;
}

std::string channels_text(std::span<const PackedTensor> tensors) {
  json rows = json::array();
  for (const PackedTensor& tensor : tensors) {
    const ChannelPlaces& places = tensor.channels;
    if (places.channels == 0) continue;
    json row{tensor.layer, tensor_name(tensor.what), places.channels, places.values, places.end};
    for (const std::size_t place : places.begin) row.push_back(place);
    rows.push_back(std::move(row));
  }
  return rows.empty() ? std::string() : rows.dump();
}

void take_channels(std::string_view places, std::string_view bytes, std::vector<StatsRow>& rows) {
  for (const json& row : rows_in(places)) {
    if (!row.is_array() || row.size() <= first_channel_key || !row[tensor_key].is_string()) damaged();
    const auto layer = static_cast<int>(integer_of(row[layer_key]));
    const Watched what = tensor_of(row[tensor_key].get_ref<const std::string&>());
    const auto found = std::ranges::find_if(
        rows, [&](const StatsRow& one) { return one.layer == layer && one.what == what; });
    if (found == rows.end()) damaged();
    found->stats.channels =
        unpack_channels(part_of(bytes, row[first_channel_key], row[channels_end_key]),
                        integer_of(row[channel_count_key]), integer_of(row[channel_values_key]));
  }
}

std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms) {
  std::vector<StatsRow> rows;
  for (const json& row : rows_in(numbers)) {
    rows.push_back(row_of(row));
    take_histograms(row, histograms, rows.back().stats);
  }
  return rows;
}

std::vector<StatsRow> unpack_numbers(std::string_view numbers) {
  std::vector<StatsRow> rows;
  for (const json& row : rows_in(numbers)) rows.push_back(row_of(row));
  return rows;
}

}  // namespace lehr::store
