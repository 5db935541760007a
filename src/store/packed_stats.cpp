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

constexpr unsigned has_magnitudes = 1;
constexpr unsigned has_values = 2;
constexpr std::size_t fields = 13;

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

void put_numbers(const StatsRow& row, NumberText& text) {
  const TensorStats& s = row.stats;
  text.open(row.layer, tensor_name(row.what));
  text.add(s.count);
  text.add(s.non_finite);
  for (const double value : {s.mean, s.std, s.min, s.max, s.norm}) text.add(value);
  for (const std::int64_t value : {s.near_zero, s.near_zero_abs, s.zero, s.values.exponent}) text.add(value);
  text.close();
}

bool is_made(std::span<const std::uint64_t> counts) {
  return std::ranges::any_of(counts, [](std::uint64_t count) { return count != 0; });
}

void put_histograms(const TensorStats& s, std::string& bytes) {
  MagnitudeCounts magnitudes{};
  std::ranges::copy(s.magnitudes.counts, magnitudes.begin());
  magnitudes.back() = s.magnitudes.beyond;
  const bool with_magnitudes = is_made(magnitudes);
  const bool with_values = is_made(s.values.counts);
  bytes += static_cast<char>((with_magnitudes ? has_magnitudes : 0) | (with_values ? has_values : 0));
  if (with_magnitudes) pack_counts(magnitudes, bytes);
  if (with_values) pack_counts(s.values.counts, bytes);
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
  s.values.exponent = integer_of(row[12]);
  return made;
}

}  // namespace

void take_histograms(std::string_view& bytes, TensorStats& s) {
  if (bytes.empty()) damaged();
  const auto made = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  if ((made & has_magnitudes) != 0) {
    MagnitudeCounts counts{};
    bytes = unpack_counts(bytes, counts);
    std::copy_n(counts.begin(), MagnitudeHistogram::bins, s.magnitudes.counts.begin());
    s.magnitudes.beyond = counts.back();
  }
  if ((made & has_values) != 0) bytes = unpack_counts(bytes, s.values.counts);
}

PackedStats pack_stats(std::span<const StatsRow> rows) {
  constexpr std::size_t usual_text = 160;
  constexpr std::size_t usual_bytes = 256;
  PackedStats packed;
  packed.tensors = rows.size();
  packed.numbers.reserve(usual_text * rows.size());
  packed.histograms.reserve(usual_bytes * rows.size());
  NumberText text(packed.numbers);
  for (const StatsRow& row : rows) {
    put_numbers(row, text);
    put_histograms(row.stats, packed.histograms);
  }
  packed.numbers += rows.empty() ? "[]" : "]";
  return packed;
}

std::vector<StatsRow> unpack_numbers(std::string_view numbers) {
  const json parsed = json::parse(numbers, nullptr, false);
  if (!parsed.is_array()) damaged();
  std::vector<StatsRow> rows;
  for (const json& row : parsed) rows.push_back(row_of(row));
  return rows;
}

std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms) {
  std::vector<StatsRow> rows = unpack_numbers(numbers);
  for (StatsRow& row : rows) take_histograms(histograms, row.stats);
  if (!histograms.empty()) damaged();
  return rows;
}

}  // namespace lehr::store
