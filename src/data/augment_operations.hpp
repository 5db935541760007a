#pragma once

#include <array>
#include <string_view>

#include "data/random_settings.hpp"
#include "lehr/data/lazy_picture.hpp"

/// The operations of RandAugment and TrivialAugment.
namespace lehr::data {

enum class Operation {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  color,
  contrast,
  sharpness,
  posterize,
  solarize,
  autocontrast,
  equalize,
};
inline constexpr std::size_t operation_count = 14;

/// The largest magnitudes of the operations.
struct OperationLimits {
  double shear = 0;            ///< pixels per pixel
  double translate_share = 0;  ///< of the side
  double translate_pixels = 0;
  double degrees = 0;
  double factor = 0;  ///< of brightness, colour, contrast and sharpness, away from 1
  int lost_bits = 0;  ///< of a posterisation
};
/// Source: torchvision's RandAugment.
inline constexpr OperationLimits rand_augment_limits{
    .shear = 0.3, .translate_share = 150.0 / 331, .degrees = 30, .factor = 0.9, .lost_bits = 4};
/// Source: torchvision's TrivialAugmentWide.
inline constexpr OperationLimits trivial_augment_limits{
    .shear = 0.99, .translate_pixels = 32, .degrees = 135, .factor = 0.99, .lost_bits = 6};

/// How strongly an operation is applied: `level` from 0 to 1, the share of its largest magnitude; and whether
/// in the other direction, if it has two.
struct Strength {
  double level = 0;
  bool negative = false;
};

/// Whether an operation has two directions.
bool has_directions(Operation operation);
void apply(Operation operation, const OperationLimits& limits, const Strength& strength,
           const image::Border& border, LazyPicture& picture);

/// Draws an operation.
Operation draw_operation(Rng& rng);
/// Draws the direction if the operation has two.
Strength with_direction(Operation operation, double level, Rng& rng);

}  // namespace lehr::data
