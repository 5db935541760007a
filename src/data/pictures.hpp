#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"

/// Pictures of what a network sees and makes, as PNG.
namespace lehr::pictures {

std::string png(const Image& image);

/// A network's input, H x W x C floats, as the picture of 8 bits that it came from.
Image input(std::span<const float> values, const Preprocessing& preprocessing);
/// A sample's picture of 8 bits, as the network sees it.
Image sample(const Dataset& dataset, std::int64_t index, const Preprocessing& preprocessing);

/// Maps of one of the samples, (N, C, H, W) row-major, side by side in a square: each from black (its least
/// value) to white. At most so many.
Image maps(const Tensor& values, std::int64_t sample = 0, std::int64_t most = 64);
/// Weights (O, I, H, W) of a convolution as pictures side by side: in colour where I is 3, else the first
/// input's.
Image filters(const Tensor& weights, std::int64_t most = 64);

}  // namespace lehr::pictures
