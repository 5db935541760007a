#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/data/preprocessing.hpp"

namespace lehr::data {

/// Applies a preprocessing: the one place where pictures become floats.
class Preprocessor {
 public:
  /// Throws BadInput as check_preprocessing does.
  explicit Preprocessor(const Preprocessing& preprocessing);

  const Preprocessing& preprocessing() const { return preprocessing_; }
  /// Values of one input.
  std::size_t input_size() const { return input_size_; }

  /// Writes the input of a picture, H x W x C floats. Changes the picture if it does not fit yet. Throws
  /// BadInput as fitted() does.
  void apply(Image& picture, std::span<float> input) const;
  /// The same of the bytes of a picture that fits already.
  void convert(std::span<const std::uint8_t> bytes, std::span<float> input) const;

 private:
  /// One multiplication and one addition for each value.
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
