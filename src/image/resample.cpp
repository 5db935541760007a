#include "image/resample.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>

#include "image/resample_pairs.hpp"

namespace lehr::image {
namespace {

// 255 << 22 fits 32 bits, 65535 << 22 does not.
template <class Value>
using Sum = std::conditional_t<sizeof(Value) == 1, std::int32_t, std::int64_t>;

template <class Value>
constexpr Sum<Value> rounding = Sum<Value>{1} << (weight_bits - 1);

template <class Value>
Value value_of(Sum<Value> sum) {
  return static_cast<Value>(std::clamp<Sum<Value>>(sum >> weight_bits, 0, std::numeric_limits<Value>::max()));
}

/// Windows `done` and later of a row.
template <class Value, std::size_t channels>
void row_across(const Value* row, const Windows& windows, std::size_t done, Value* out) {
  for (std::size_t i = done; i < windows.size(); ++i) {
    const Window window = windows[i];
    const Value* value = row + window.first * static_cast<std::int64_t>(channels);
    std::array<Sum<Value>, channels> sums;
    sums.fill(rounding<Value>);
    for (const std::int32_t weight : window.weights) {
      for (std::size_t c = 0; c < channels; ++c) sums[c] += Sum<Value>{weight} * value[c];
      value += channels;
    }
    for (std::size_t c = 0; c < channels; ++c) out[i * channels + c] = value_of<Value>(sums[c]);
  }
}

template <class Value>
auto row_across_of(std::int64_t channels) {
  switch (channels) {
    case 1:
      return row_across<Value, 1>;
    case 2:
      return row_across<Value, 2>;
    case 3:
      return row_across<Value, 3>;
    default:
      return row_across<Value, 4>;
  }
}

template <class Value>
void rows_across(const Rows<Value>& in, std::int64_t from, std::int64_t to, const Windows& windows,
                 Value* out) {
  const auto across = row_across_of<Value>(in.channels);
  const auto length = static_cast<std::int64_t>(windows.size()) * in.channels;
  for (std::int64_t y = from; y < to; ++y, out += length) {
    const Value* row = in.values + y * in.stride;
    std::size_t done = 0;
    if constexpr (sizeof(Value) == 1) done = across_by_pairs(row, in.end, in.channels, windows, out);
    across(row, windows, done, out);
  }
}

/// The weighted sum of rows, for values `done` and later. The sums of a block stay in the first cache.
template <class Value>
void sum_rows(const Value* first, std::int64_t stride, std::int64_t length, const Window& window,
              std::int64_t done, Value* out) {
  constexpr std::int64_t block = 256;
  std::array<Sum<Value>, block> sums;
  for (std::int64_t begin = done; begin < length; begin += block) {
    const auto count = static_cast<std::size_t>(std::min(block, length - begin));
    sums.fill(rounding<Value>);
    const Value* row = first + begin;
    for (const std::int32_t weight : window.weights) {
      for (std::size_t i = 0; i < count; ++i) sums[i] += Sum<Value>{weight} * row[i];
      row += stride;
    }
    for (std::size_t i = 0; i < count; ++i)
      out[begin + static_cast<std::int64_t>(i)] = value_of<Value>(sums[i]);
  }
}

template <class Value>
void rows_down(const Rows<Value>& in, std::int64_t skipped, const Windows& windows, Value* out) {
  const std::int64_t length = in.width * in.channels;
  for (std::size_t i = 0; i < windows.size(); ++i, out += length) {
    const Window window = windows[i];
    const Value* first = in.values + (window.first - skipped) * in.stride;
    std::int64_t done = 0;
    if constexpr (sizeof(Value) == 1) done = down_by_pairs(first, in.stride, length, window, out);
    sum_rows(first, in.stride, length, window, done, out);
  }
}

}  // namespace

void resample_across(const Rows<std::uint8_t>& in, std::int64_t from, std::int64_t to, const Windows& windows,
                     std::uint8_t* out) {
  rows_across(in, from, to, windows, out);
}

void resample_across(const Rows<std::uint16_t>& in, std::int64_t from, std::int64_t to,
                     const Windows& windows, std::uint16_t* out) {
  rows_across(in, from, to, windows, out);
}

void resample_down(const Rows<std::uint8_t>& in, std::int64_t skipped, const Windows& windows,
                   std::uint8_t* out) {
  rows_down(in, skipped, windows, out);
}

void resample_down(const Rows<std::uint16_t>& in, std::int64_t skipped, const Windows& windows,
                   std::uint16_t* out) {
  rows_down(in, skipped, windows, out);
}

}  // namespace lehr::image
