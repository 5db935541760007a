#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"

/// Pictures of what a network sees and computes, as PNG.
namespace lehr::pictures {

std::string png(const Image& image);

/// Converts a network's input, H x W x C floats, back to the 8-bit picture that it was made from.
Image input(std::span<const float> values, const Preprocessing& preprocessing);
/// A sample's 8-bit picture, as the network sees it.
Image sample(const Dataset& dataset, std::int64_t index, const Preprocessing& preprocessing);

/// Pictures of one size and format (8 bits) side by side, in rows of that many. Small ones are enlarged by a
/// whole factor.
Image sheet(std::span<const Image> tiles, std::int64_t columns);

/// The maps of one sample in (N, C, H, W) row-major values, at most `most`, side by side in a
/// square. Each is scaled from its smallest value (black) to its largest (white).
Image maps(const Tensor& values, std::int64_t sample = 0, std::int64_t most = 64);
/// The weights (O, I, H, W) of a convolution as pictures side by side, at most `most`. They are in
/// colour if I is 3; otherwise only the first input channel is shown.
Image filters(const Tensor& weights, std::int64_t most = 64);

}  // namespace lehr::pictures
