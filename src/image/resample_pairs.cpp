#include "image/resample_pairs.hpp"

#include <array>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lehr::image {

#if defined(__SSE2__)

namespace {

/// Four sums in two parts.
struct PairSums {
  __m128i upper = _mm_setzero_si128();
  __m128i lower = _mm_set1_epi32(1 << (weight_bits - 1));

  /// Adds the products of four pairs of values with a pair of weights.
  void add(__m128i values, __m128i upper_weights, __m128i lower_weights) {
    upper = _mm_add_epi32(upper, _mm_madd_epi16(values, upper_weights));
    lower = _mm_add_epi32(lower, _mm_madd_epi16(values, lower_weights));
  }
  __m128i result() const {
    return _mm_srai_epi32(_mm_add_epi32(_mm_slli_epi32(upper, lower_weight_bits), lower), weight_bits);
  }
};

template <int channels>
std::size_t pixels_across(const std::uint8_t* row, const std::uint8_t* end, const Windows& windows,
                          std::uint8_t* out) {
  const __m128i zero = _mm_setzero_si128();
  for (std::size_t i = 0; i < windows.size(); ++i, out += channels) {
    const Window window = windows[i];
    const std::uint8_t* value = row + window.first * channels;
    // A step reads 8 bytes and goes on by two pixels.
    if (end - value < static_cast<std::ptrdiff_t>(2 * channels * window.pairs.size() + 8)) return i;
    PairSums sums;
    for (const WeightPair& pair : window.pairs) {
      __m128i values = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(value));
      values = _mm_unpacklo_epi8(values, _mm_srli_si128(values, channels));
      values = _mm_unpacklo_epi8(values, zero);
      sums.add(values, _mm_set1_epi32(pair.upper), _mm_set1_epi32(pair.lower));
      value += 2 * channels;
    }
    const __m128i words = _mm_packs_epi32(sums.result(), zero);
    const std::int32_t pixel = _mm_cvtsi128_si32(_mm_packus_epi16(words, zero));
    std::memcpy(out, &pixel, channels);
  }
  return windows.size();
}

}  // namespace

std::size_t across_by_pairs(const std::uint8_t* row, const std::uint8_t* end, std::int64_t channels,
                            const Windows& windows, std::uint8_t* out) {
  if (channels == 3) return pixels_across<3>(row, end, windows, out);
  return channels == 4 ? pixels_across<4>(row, end, windows, out) : 0;
}

std::int64_t down_by_pairs(const std::uint8_t* first, std::int64_t stride, std::int64_t length,
                           const Window& window, std::uint8_t* out) {
  constexpr std::int64_t step = 16;
  const __m128i zero = _mm_setzero_si128();
  const bool odd = window.weights.size() % 2 != 0;
  std::int64_t done = 0;
  for (; done + step <= length; done += step) {
    std::array<PairSums, 4> sums;
    const std::uint8_t* row = first + done;
    for (const WeightPair& pair : window.pairs) {
      // The second weight of the last pair may be 0, of a row that need not exist.
      const std::uint8_t* below = odd && &pair == &window.pairs.back() ? row : row + stride;
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row));
      const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(below));
      const __m128i low = _mm_unpacklo_epi8(a, b);
      const __m128i high = _mm_unpackhi_epi8(a, b);
      const __m128i upper = _mm_set1_epi32(pair.upper);
      const __m128i lower = _mm_set1_epi32(pair.lower);
      sums[0].add(_mm_unpacklo_epi8(low, zero), upper, lower);
      sums[1].add(_mm_unpackhi_epi8(low, zero), upper, lower);
      sums[2].add(_mm_unpacklo_epi8(high, zero), upper, lower);
      sums[3].add(_mm_unpackhi_epi8(high, zero), upper, lower);
      row += 2 * stride;
    }
    const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(sums[0].result(), sums[1].result()),
                                           _mm_packs_epi32(sums[2].result(), sums[3].result()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + done), bytes);
  }
  return done;
}

#else

std::size_t across_by_pairs(const std::uint8_t*, const std::uint8_t*, std::int64_t, const Windows&,
                            std::uint8_t*) {
  return 0;
}

std::int64_t down_by_pairs(const std::uint8_t*, std::int64_t, std::int64_t, const Window&, std::uint8_t*) {
  return 0;
}

#endif

}  // namespace lehr::image
