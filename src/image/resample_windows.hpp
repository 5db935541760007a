#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lehr/image/image.hpp"

namespace lehr::image {

/// Bits after the point of the weights. They are integers, so that every machine gives the same
/// bytes.
inline constexpr int weight_bits = 22;

/// One direction of a resize: the interval [begin, end) of `from` positions becomes `to` positions.
struct Resampling {
  std::int64_t from = 0;
  double begin = 0, end = 0;
  std::int64_t to = 0;
  Filter filter = Filter::bilinear;
  friend bool operator==(const Resampling&, const Resampling&) = default;
};

/// Two adjacent weights w as 16-bit halves of 32 bits, the first one below: w is upper * 2^11 + lower. The
/// last weight of an odd number has 0 beside it.
struct WeightPair {
  std::int32_t upper, lower;
};
inline constexpr int lower_weight_bits = 11;

/// The input positions whose weighted sum is one output position.
struct Window {
  std::int64_t first;
  std::span<const std::int32_t> weights;
  std::span<const WeightPair> pairs;  ///< of the same weights
};

/// The windows of a resampling. A filter is as wide as its support in input positions, or in output positions
/// if there are fewer of these: this is antialiasing. Source: Pillow's Resample.c.
class Windows {
 public:
  /// Computes the windows, unless they are those of the last call.
  void prepare(const Resampling& resampling);

  std::size_t size() const { return firsts_.size(); }
  Window operator[](std::size_t i) const {
    return {firsts_[i], std::span(weights_).subspan(begins_[i], begins_[i + 1] - begins_[i]),
            std::span(pairs_).subspan(pair_begins_[i], pair_begins_[i + 1] - pair_begins_[i])};
  }
  /// The input positions of all windows, [begin, end).
  std::int64_t begin() const { return firsts_.front(); }
  std::int64_t end() const;

 private:
  void append(std::int64_t first, std::span<const double> weights);

  Resampling prepared_{};
  std::vector<std::int64_t> firsts_{};
  std::vector<std::size_t> begins_{};  // in weights_, and its size
  std::vector<std::int32_t> weights_{};
  std::vector<std::size_t> pair_begins_{};
  std::vector<WeightPair> pairs_{};
};

}  // namespace lehr::image
