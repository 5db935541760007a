#include "image/resample.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>

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

template <class Value, std::size_t channels>
void row_across(const Value* row, const Windows& windows, Value* out) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window window = windows[i];
    const Value* value = row + window.first * static_cast<std::int64_t>(channels);
    std::array<Sum<Value>, channels> sums;
    sums.fill(rounding<Value>);
    for (const std::int32_t weight : window.weights) {
      for (std::size_t c = 0; c < channels; ++c) sums[c] += Sum<Value>{weight} * value[c];
      value += channels;
    }
    for (std::size_t c = 0; c < channels; ++c) *out++ = value_of<Value>(sums[c]);
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
  for (std::int64_t y = from; y < to; ++y, out += length) across(in.values + y * in.stride, windows, out);
}

/// The weighted sum of rows. The sums of a block stay in the first cache.
template <class Value>
[[gnu::always_inline]] inline void sum_rows(const Value* first, std::int64_t stride, std::int64_t length,
                                            std::span<const std::int32_t> weights, Value* out) {
  constexpr std::int64_t block = 256;
  std::array<Sum<Value>, block> sums;
  for (std::int64_t begin = 0; begin < length; begin += block) {
    const std::int64_t count = std::min(block, length - begin);
    sums.fill(rounding<Value>);
    const Value* row = first + begin;
    for (const std::int32_t weight : weights) {
      for (std::int64_t i = 0; i < count; ++i)
        sums[static_cast<std::size_t>(i)] += Sum<Value>{weight} * row[i];
      row += stride;
    }
    for (std::int64_t i = 0; i < count; ++i)
      out[begin + i] = value_of<Value>(sums[static_cast<std::size_t>(i)]);
  }
}

template <class Value>
[[gnu::always_inline]] inline void rows_down(const Rows<Value>& in, std::int64_t skipped,
                                             const Windows& windows, Value* out) {
  const std::int64_t length = in.width * in.channels;
  for (std::size_t i = 0; i < windows.size(); ++i, out += length) {
    const Window window = windows[i];
    sum_rows(in.values + (window.first - skipped) * in.stride, in.stride, length, window.weights, out);
  }
}

#if defined(__x86_64__)
// The loops of sum_rows once more, for processors that multiply eight integers at once.
template <class Value>
[[gnu::target("avx2")]] void rows_down_avx2(const Rows<Value>& in, std::int64_t skipped,
                                            const Windows& windows, Value* out) {
  rows_down(in, skipped, windows, out);
}

template <class Value>
void rows_down_fast(const Rows<Value>& in, std::int64_t skipped, const Windows& windows, Value* out) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  has_avx2 ? rows_down_avx2(in, skipped, windows, out) : rows_down(in, skipped, windows, out);
}
#else
template <class Value>
void rows_down_fast(const Rows<Value>& in, std::int64_t skipped, const Windows& windows, Value* out) {
  rows_down(in, skipped, windows, out);
}
#endif

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
  rows_down_fast(in, skipped, windows, out);
}

void resample_down(const Rows<std::uint16_t>& in, std::int64_t skipped, const Windows& windows,
                   std::uint16_t* out) {
  rows_down_fast(in, skipped, windows, out);
}

}  // namespace lehr::image
