#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "lehr/image/edit.hpp"
#include "lehr/image/image.hpp"

/// Where the pixels of a picture come from in another one. Coordinates count pixels from the upper left
/// corner of the picture: the centre of its first pixel is (0.5, 0.5).
namespace lehr::image {

struct Point {
  double x = 0, y = 0;
};

/// A projective map of points, row by row: (x, y) becomes (u / w, v / w), where (u, v, w) is the product of
/// the matrix and (x, y, 1).
using Matrix3 = std::array<double, 9>;

/// A rotation, clockwise in degrees; a scaling; a shear along each axis in degrees; and a shift in pixels.
/// Source: torchvision's functional.affine.
struct Affine {
  double degrees = 0;
  double right = 0, down = 0;
  double scale = 1;
  double shear_x = 0, shear_y = 0;
};
/// The map from a point of the result to its source. Rotation, scaling and shear leave `centre` in place.
Matrix3 source_of(const Affine& affine, const Point& centre);

/// The corners of a quadrilateral: upper left, upper right, lower right, lower left.
using Corners = std::array<Point, 4>;
/// The projective map that takes each corner of `from` to that of `to`. Throws BadInput if there is none, as
/// for three corners on one line.
Matrix3 map_of(const Corners& from, const Corners& to);

/// The size of a new picture and the place in the old one of each of its points. Changes are made one after
/// the other; resample() makes all of them at once.
struct Geometry {
  std::int64_t width = 0, height = 0;
  Matrix3 to_source{1, 0, 0, 0, 1, 0, 0, 0, 1};

  Point centre() const { return {static_cast<double>(width) / 2, static_cast<double>(height) / 2}; }
  void crop(const Part& part);
  void mirror();     ///< swaps left and right
  void turn_over();  ///< swaps top and bottom
  void resize(std::int64_t new_width, std::int64_t new_height);
  /// Any change that keeps the size. `map` takes a point of the result to its source.
  void warp(const Matrix3& map);
};

/// How the pixels of a new picture are computed.
struct Reshaping {
  Border border{};
  Filter filter = Filter::bilinear;  ///< for scaling without rotation or shear
};

/// Makes the picture. Cropping, mirroring and scaling alone give what crop(), mirror() and resize() give. All
/// else interpolates bilinearly, like torchvision's, and averages several points for each pixel if the
/// picture shrinks by 1.5 or more. Reuses the memory of `to`, which must be another picture than `from`.
/// Throws BadInput if the result has a side below 1 or above 65,536.
void resample(const Image& from, const Geometry& geometry, const Reshaping& reshaping, Image& to);

/// The part of a picture of this size whose pixels alone make the result. Nothing if the geometry does more
/// than crop, mirror and scale, or reaches beyond the picture.
std::optional<Part> part_needed(const Geometry& geometry, const Size& picture);
/// resample() of the picture, with the pixels of part_needed() alone.
void resample_needed(const Image& part, const Geometry& geometry, const Reshaping& reshaping, Image& to);

}  // namespace lehr::image
