#include "data/augment_operations.hpp"

#include <cmath>
#include <numbers>

#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

double degrees_of_slope(double slope) { return std::atan(slope) * 180 / std::numbers::pi; }

double translation(const OperationLimits& limits, double level, std::int64_t side) {
  return std::trunc(level * (limits.translate_pixels + limits.translate_share * static_cast<double>(side)));
}

/// The geometric operations.
image::Matrix3 source_of(Operation operation, const OperationLimits& limits, double level,
                         const image::Geometry& geometry) {
  image::Affine affine;
  image::Point centre = geometry.centre();
  switch (operation) {
    case Operation::shear_x:
      affine.shear_x = degrees_of_slope(level * limits.shear);
      centre = {};
      break;
    case Operation::shear_y:
      affine.shear_y = degrees_of_slope(level * limits.shear);
      centre = {};
      break;
    case Operation::translate_x:
      affine.right = translation(limits, level, geometry.width);
      break;
    case Operation::translate_y:
      affine.down = translation(limits, level, geometry.height);
      break;
    default:  // torchvision's rotate turns anticlockwise, its affine clockwise
      affine.degrees = -level * limits.degrees;
  }
  return image::source_of(affine, centre);
}

bool is_geometric(Operation operation) {
  return operation >= Operation::shear_x && operation <= Operation::rotate;
}

void change_values(Operation operation, const OperationLimits& limits, double level, Image& picture) {
  const double factor = 1 + level * limits.factor;
  switch (operation) {
    case Operation::brightness:
      return image::adjust_brightness(picture, factor);
    case Operation::color:
      return image::adjust_saturation(picture, factor);
    case Operation::contrast:
      return image::adjust_contrast(picture, factor);
    case Operation::sharpness:
      return image::adjust_sharpness(picture, factor);
    case Operation::posterize:
      return image::posterize(picture, 8 - static_cast<int>(std::nearbyint(level * limits.lost_bits)));
    case Operation::solarize:
      return image::solarize(picture, 255 * (1 - level));
    case Operation::autocontrast:
      return image::autocontrast(picture);
    default:
      return image::equalize(picture);
  }
}

}  // namespace

bool has_directions(Operation operation) {
  return operation >= Operation::shear_x && operation <= Operation::sharpness;
}

void apply(Operation operation, const OperationLimits& limits, const Strength& strength,
           const image::Border& border, LazyPicture& picture) {
  if (operation == Operation::identity) return;
  const double level = strength.negative ? -strength.level : strength.level;
  if (is_geometric(operation)) {
    image::Geometry& geometry = picture.geometry(border);
    geometry.warp(source_of(operation, limits, level, geometry));
  } else {
    change_values(operation, limits, level, picture.made());
  }
}

Operation draw_operation(Rng& rng) { return static_cast<Operation>(rng.below(operation_count)); }

Strength with_direction(Operation operation, double level, Rng& rng) {
  return {level, has_directions(operation) && happens(rng, 0.5)};
}

}  // namespace lehr::data
