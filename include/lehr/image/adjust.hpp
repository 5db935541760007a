#pragma once

#include <cstdint>

#include "lehr/image/edit.hpp"
#include "lehr/image/image.hpp"

/// Changes of a picture's values in place. The functions do what torchvision's do (transforms.v2.functional,
/// on tensors of bytes). They take 8 and 16 bits, and leave alpha, the last of 2 or 4 channels, as it is.
/// Each throws BadInput if check() does, or if its number is out of range.
namespace lehr::image {

/// Multiplies each value by the factor. A factor is at least 0; 1 changes nothing, here and below.
void adjust_brightness(Image& image, double factor);
/// Moves each value away from the mean of the luma, or towards it if the factor is below 1.
void adjust_contrast(Image& image, double factor);
/// Moves each pixel away from its luma, or towards it. Does nothing to a grey picture.
void adjust_saturation(Image& image, double factor);
/// Turns the hue by that share of the colour circle, from -0.5 to 0.5. Does nothing to a grey picture.
void adjust_hue(Image& image, double turn);
/// Moves each pixel but those at the edges away from the weighted mean of its 3 x 3 neighbours, or towards
/// it.
void adjust_sharpness(Image& image, double factor);

/// Keeps the upper bits of each value: 0 to 8.
void posterize(Image& image, int bits);
/// Inverts the values from the threshold on, a level from 0 to 255.
void solarize(Image& image, double threshold);
/// Stretches the values of each channel to the whole range.
void autocontrast(Image& image);
/// Makes the values of each channel about equally frequent. Of 16 bits, the upper 8 are used.
void equalize(Image& image);
/// Replaces colours by their luma, in as many channels.
void grayscale(Image& image);

/// Gaussian blur. `kernel_size` is odd, in pixels; the picture is mirrored at its edges, and must be larger
/// than half the kernel.
void gaussian_blur(Image& image, std::int64_t kernel_size, double sigma);

/// Fills the part with the level, from 0 to 255. What lies outside the image is ignored.
void erase(Image& image, const Part& part, double level);

}  // namespace lehr::image
