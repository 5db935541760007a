#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/data/preprocessing.hpp"

namespace lehr::data {

/// Applies a preprocessing. This is the only place where pictures become floats.
class Preprocessor {
 public:
  /// Throws BadInput like check_preprocessing.
  explicit Preprocessor(const Preprocessing& preprocessing);

  const Preprocessing& preprocessing() const { return preprocessing_; }
  /// The number of values of one input.
  std::size_t input_size() const { return input_size_; }

  /// Writes the input of a picture, H x W x C floats. Changes the picture if it does not fit yet.
  /// Throws BadInput like fitted().
  void apply(Image& picture, std::span<float> input) const;
  /// Converts the bytes of a picture that already fits.
  void convert(std::span<const std::uint8_t> bytes, std::span<float> input) const;

 private:
  /// One multiplication and one addition per value.
  struct Factors {
    std::vector<float> scale;  // of a block of pixels, repeating with the channels
    std::vector<float> shift;
  };
  Factors factors_for(double largest) const;

  Preprocessing preprocessing_;
  std::size_t input_size_ = 0;
  Factors of_8_bits_;
  Factors of_16_bits_;
};

}  // namespace lehr::data
