#include "store/packed_stats.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/store/run_names.hpp"
#include "store/histogram_blob.hpp"

namespace lehr::store {
namespace {

using nlohmann::json;

constexpr std::size_t fields = 16;
constexpr double most_single = std::numeric_limits<float>::max();

[[noreturn]] void damaged() { throw BadInput("statistics in the run store are damaged"); }

/// JSON of one batch's numbers, as fast as numbers can be written.
class NumberText {
 public:
  explicit NumberText(std::string& text) : text_(&text) {}

  void open(int layer, std::string_view tensor) {
    constexpr std::size_t most_of_a_tensor = 640;  // its name and `fields` numbers
    room_.resize(most_of_a_tensor);
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

void put_numbers(const PackedTensor& tensor, NumberText& text) {
  const TensorNumbers& n = tensor.numbers;
  text.open(tensor.layer, tensor_name(tensor.what));
  for (const std::int64_t value : {n.count, n.non_finite}) text.add(value);
  for (const double value : {n.mean, n.std, n.min, n.max, n.norm}) text.add(value);
  for (const std::int64_t value : {n.near_zero, n.near_zero_abs, n.zero}) text.add(value);
  for (const std::size_t place : {tensor.places.magnitudes, tensor.places.values, tensor.places.end}) {
    text.add(static_cast<std::int64_t>(place));
  }
  text.add(tensor.exponent);
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
  if (!row.is_array() || row.size() != fields || !row[1].is_string()) damaged();
  StatsRow made;
  made.layer = static_cast<int>(integer_of(row[0]));
  made.what = tensor_of(row[1].get_ref<const std::string&>());
  TensorStats& s = made.stats;
  s.count = integer_of(row[2]);
  s.non_finite = integer_of(row[3]);
  s.mean = real_of(row[4]);
  s.std = real_of(row[5]);
  s.min = real_of(row[6]);
  s.max = real_of(row[7]);
  s.norm = real_of(row[8]);
  s.near_zero = integer_of(row[9]);
  s.near_zero_abs = integer_of(row[10]);
  s.zero = integer_of(row[11]);
  s.values.exponent = integer_of(row[15]);
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
  const std::string_view magnitudes = part_of(bytes, row[12], row[13]);
  const std::string_view values = part_of(bytes, row[13], row[14]);
  if (!magnitudes.empty()) s.magnitudes = unpack_magnitudes(magnitudes);
  if (!values.empty()) unpack_counts(values, s.values.counts);
}

}  // namespace

void PackedStats::add(int layer, Watched what, const TensorStats& stats) {
  if (stats.count + stats.non_finite == 0) return;
  const HistogramPlaces places = pack_histograms(stats, histograms_);
  tensors_.push_back({layer, what, stats, stats.values.exponent, places});
}

void PackedStats::clear() {
  tensors_.clear();
  histograms_.clear();
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
