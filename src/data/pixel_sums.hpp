#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lehr/data/preprocessing.hpp"
#include "lehr/image/image.hpp"

namespace lehr::data {

/// Sums over the values of each channel. They are exact, so that they do not depend on the order of the
/// pictures.
class ChannelSums {
 public:
  explicit ChannelSums(std::size_t channels) : channels_(channels) {}

  void add_image(std::span<const std::uint8_t> pixels);
  void add_image(std::span<const std::uint16_t> pixels);
  void add(const ChannelSums& other);

  double values(std::size_t channel) const { return static_cast<double>(channels_[channel].values); }
  double squares(std::size_t channel) const;

 private:
  struct Channel {
    std::uint64_t values = 0, squares = 0;
    std::uint64_t carries = 0;  // overflows of `squares`, each worth 2^64
    std::uint64_t image_values = 0, image_squares = 0;

    void add_squares(std::uint64_t sum) {
      squares += sum;
      if (squares < sum) ++carries;
    }
  };

  template <class Value>
  void add_values(std::span<const Value> pixels);
  void add_grey(std::span<const std::uint8_t> pixels);
  void add_grey(std::span<const std::uint16_t> pixels);

  std::vector<Channel> channels_;
};

/// Sums over pictures of one number of channels and of both depths.
class PixelSums {
 public:
  explicit PixelSums(std::size_t channels)
      : channels_(channels), of_8_bits_(channels), of_16_bits_(channels) {}

  void add(const Image& picture);
  void add(const PixelSums& other);
  /// Mean and std of each channel, from 0 to 1. A constant channel gets std 1. There must be a picture.
  Normalisation normalisation() const;

 private:
  std::size_t channels_;
  std::uint64_t pixels_ = 0;
  ChannelSums of_8_bits_;
  ChannelSums of_16_bits_;
};

}  // namespace lehr::data
