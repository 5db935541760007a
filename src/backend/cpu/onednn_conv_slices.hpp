#pragma once

#include <cstdint>
#include <vector>

#include "lehr/backend/conv_spec.hpp"

namespace lehr::cpu {

/// A part of a convolution that is a convolution itself: some of the images, or some rows of one
/// image. Offsets are in floats from the start of the whole input and output.
struct ConvSlice {
  ConvSpec conv;  ///< its pad_h is the padding at the top
  std::int64_t pad_below = 0;
  std::int64_t in_offset = 0;
  std::int64_t out_offset = 0;
};

/// At most `parts` slices that together cover the output: images, or bands of rows if there are
/// fewer images than parts. The inputs of neighbouring bands overlap.
std::vector<ConvSlice> slices_of_output(const ConvSpec& conv, int parts);
/// The same for the gradient of the input: the slices cover the input, and the bands of the output
/// overlap.
std::vector<ConvSlice> slices_of_input(const ConvSpec& conv, int parts);

}  // namespace lehr::cpu
