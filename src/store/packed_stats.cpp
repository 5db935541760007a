#include "store/packed_stats.hpp"

#include <algorithm>
#include <array>
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

using MagnitudeCounts = std::array<std::uint64_t, MagnitudeHistogram::bins + 1>;

[[noreturn]] void damaged() { throw BadInput("statistics in the run store are damaged"); }

/// JSON of one batch's numbers, as fast as numbers can be written.
class NumberText {
 public:
  explicit NumberText(std::string& text) : text_(&text) {}

  void open(int layer, std::string_view tensor) {
    put(text_->empty() ? "[[" : ",[");
    number(layer);
    put(",\"");
    put(tensor);
    put("\"");
  }
  void close() { put("]"); }

  void add(std::int64_t value) {
    put(",");
    number(value);
  }
  void add(double value) {
    put(",");
    std::isfinite(value) ? number(value) : put("null");
  }

 private:
  void put(std::string_view part) { text_->append(part); }

  template <class Number>
  void number(Number value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_->append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  }

  std::string* text_;
};

bool is_made(std::span<const std::uint64_t> counts) {
  return std::ranges::any_of(counts, [](std::uint64_t count) { return count != 0; });
}

/// Where a tensor's histograms lie; nowhere where they were not made.
struct Places {
  std::size_t magnitudes = 0;
  std::size_t values = 0;
  std::size_t end = 0;
};

Places put_histograms(const TensorStats& s, std::string& bytes) {
  Places places{bytes.size()};
  MagnitudeCounts magnitudes{};
  std::ranges::copy(s.magnitudes.counts, magnitudes.begin());
  magnitudes.back() = s.magnitudes.beyond;
  if (is_made(magnitudes)) pack_counts(magnitudes, bytes);
  places.values = bytes.size();
  if (is_made(s.values.counts)) pack_counts(s.values.counts, bytes);
  places.end = bytes.size();
  return places;
}

void put_numbers(const StatsRow& row, const Places& places, NumberText& text) {
  const TensorStats& s = row.stats;
  text.open(row.layer, tensor_name(row.what));
  text.add(s.count);
  text.add(s.non_finite);
  for (const double value : {s.mean, s.std, s.min, s.max, s.norm}) text.add(value);
  for (const std::int64_t value : {s.near_zero, s.near_zero_abs, s.zero}) text.add(value);
  for (const std::size_t place : {places.magnitudes, places.values, places.end}) {
    text.add(static_cast<std::int64_t>(place));
  }
  text.add(s.values.exponent);
  text.close();
}

double real_of(const json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) damaged();
  return value.get<double>();
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
  if (!magnitudes.empty()) {
    MagnitudeCounts counts{};
    unpack_counts(magnitudes, counts);
    std::copy_n(counts.begin(), MagnitudeHistogram::bins, s.magnitudes.counts.begin());
    s.magnitudes.beyond = counts.back();
  }
  if (!values.empty()) unpack_counts(values, s.values.counts);
}

}  // namespace

PackedStats pack_stats(std::span<const StatsRow> rows) {
  constexpr std::size_t usual_text = 160;
  constexpr std::size_t usual_bytes = 256;
  PackedStats packed;
  packed.tensors = rows.size();
  packed.numbers.reserve(usual_text * rows.size());
  packed.histograms.reserve(usual_bytes * rows.size());
  NumberText text(packed.numbers);
  for (const StatsRow& row : rows) {
    put_numbers(row, put_histograms(row.stats, packed.histograms), text);
  }
  packed.numbers += rows.empty() ? "[]" : "]";
  return packed;
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
