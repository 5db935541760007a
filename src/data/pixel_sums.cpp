#include "data/pixel_sums.hpp"

#include <algorithm>
#include <cmath>

namespace lehr::data {

template <class Value>
void ChannelSums::add_values(std::span<const Value> pixels) {
  for (Channel& channel : channels_) channel.image_values = channel.image_squares = 0;
  if (channels_.size() == 1) {
    add_grey(pixels);
  } else {
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::uint64_t value = pixels[i];
      channels_[i % channels_.size()].image_values += value;
      channels_[i % channels_.size()].image_squares += value * value;
    }
  }
  for (Channel& channel : channels_) {
    channel.values += channel.image_values;
    channel.add_squares(channel.image_squares);
  }
}

void ChannelSums::add_image(std::span<const std::uint8_t> pixels) { add_values(pixels); }
void ChannelSums::add_image(std::span<const std::uint16_t> pixels) { add_values(pixels); }

// 4096 * 255^2 fits 32 bits, which vectorises.
void ChannelSums::add_grey(std::span<const std::uint8_t> pixels) {
  constexpr std::size_t block = 4096;
  for (std::size_t i = 0; i < pixels.size(); i += block) {
    std::uint32_t sum = 0;
    std::uint32_t sum_of_squares = 0;
    for (const std::uint32_t value : pixels.subspan(i, std::min(block, pixels.size() - i))) {
      sum += value;
      sum_of_squares += value * value;
    }
    channels_[0].image_values += sum;
    channels_[0].image_squares += sum_of_squares;
  }
}

void ChannelSums::add_grey(std::span<const std::uint16_t> pixels) {
  for (const std::uint64_t value : pixels) {
    channels_[0].image_values += value;
    channels_[0].image_squares += value * value;
  }
}

void ChannelSums::add(const ChannelSums& other) {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    channels_[c].values += other.channels_[c].values;
    channels_[c].carries += other.channels_[c].carries;
    channels_[c].add_squares(other.channels_[c].squares);
  }
}

double ChannelSums::squares(std::size_t channel) const {
  const Channel& sums = channels_[channel];
  return std::ldexp(static_cast<double>(sums.carries), 64) + static_cast<double>(sums.squares);
}

void PixelSums::add(const Image& picture) {
  pixels_ += static_cast<std::uint64_t>(picture.width * picture.height);
  if (picture.bits == 8) {
    of_8_bits_.add_image(std::span<const std::uint8_t>(picture.pixels));
  } else {
    of_16_bits_.add_image(picture.wide());
  }
}

void PixelSums::add(const PixelSums& other) {
  pixels_ += other.pixels_;
  of_8_bits_.add(other.of_8_bits_);
  of_16_bits_.add(other.of_16_bits_);
}

Normalisation PixelSums::normalisation() const {
  Normalisation result;
  const auto count = static_cast<double>(pixels_);
  for (std::size_t c = 0; c < channels_; ++c) {
    // In units of an 8-bit value. A 16-bit value counts 1/257.
    const double values = of_8_bits_.values(c) + of_16_bits_.values(c) / 257;
    const double squares = of_8_bits_.squares(c) + of_16_bits_.squares(c) / (257 * 257);
    const double mean = values / count;
    const double variance = squares / count - mean * mean;
    result.mean.push_back(static_cast<float>(mean / 255));
    // The sums are exact, but their quotient is rounded. A constant channel may get a value
    // slightly above 0.
    result.std.push_back(variance > 1e-6 ? static_cast<float>(std::sqrt(variance) / 255) : 1.0F);
  }
  return result;
}

}  // namespace lehr::data
