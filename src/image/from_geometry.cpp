#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "image/sides.hpp"
#include "image/warp.hpp"
#include "lehr/core/error.hpp"

namespace lehr::image {
namespace {

/// A part of the source, and how it is turned.
struct Straight {
  Part part;
  bool mirrored = false, turned_over = false;
};

/// The source of one direction: from `first` on, `length` positions.
struct Stretch {
  std::int64_t first = 0, length = 0;
  bool reversed = false;
};

/// The whole source pixels of `size` positions of the result, if there are whole ones.
std::optional<Stretch> whole_pixels(double factor, double offset, std::int64_t size) {
  constexpr double tolerance = 1e-6;
  const double one_end = offset;
  const double other_end = offset + factor * static_cast<double>(size);
  const double first = std::min(one_end, other_end);
  const double last = std::max(one_end, other_end);
  if (!(last - first >= 1 - tolerance) || !(std::abs(first) < 1e9) || !(last < 1e9)) return std::nullopt;
  if (std::abs(first - std::round(first)) > tolerance || std::abs(last - std::round(last)) > tolerance) {
    return std::nullopt;
  }
  return Stretch{std::llround(first), std::llround(last) - std::llround(first), factor < 0};
}

/// The geometry as crop, scaling and mirroring, if it is no more than that.
std::optional<Straight> straight(const Geometry& geometry) {
  const Matrix3& m = geometry.to_source;
  if (m[1] != 0 || m[3] != 0 || m[6] != 0 || m[7] != 0 || m[8] != 1) return std::nullopt;
  const std::optional<Stretch> across = whole_pixels(m[0], m[2], geometry.width);
  const std::optional<Stretch> down = whole_pixels(m[4], m[5], geometry.height);
  if (!across || !down) return std::nullopt;
  return Straight{
      {across->first, down->first, across->length, down->length}, across->reversed, down->reversed};
}

bool is_inside(const Part& part, const Size& size) {
  return part.left >= 0 && part.top >= 0 && part.left + part.width <= size.width &&
         part.top + part.height <= size.height;
}

void make_straight(const Image& from, const Geometry& geometry, const Straight& source,
                   const Reshaping& reshaping, Image& to) {
  const Size size{geometry.width, geometry.height};
  if (source.part.width == size.width && source.part.height == size.height) {
    crop(from, source.part, to, reshaping.border);
  } else if (is_inside(source.part, {from.width, from.height})) {
    resize_part(from, source.part, size, reshaping.filter, to);
  } else {
    Image part;
    crop(from, source.part, part, reshaping.border);
    resize(part, size, reshaping.filter, to);
  }
  if (source.mirrored) mirror(to);
  if (source.turned_over) turn_over(to);
}

void check_size(const Geometry& geometry) {
  const auto is_side = [](std::int64_t side) { return side >= 1 && side <= longest_side; };
  if (is_side(geometry.width) && is_side(geometry.height)) return;
  throw BadInput("a picture cannot get the size " + std::to_string(geometry.width) + " x " +
                 std::to_string(geometry.height) + "; expected sides from 1 to " +
                 std::to_string(longest_side));
}

}  // namespace

void resample(const Image& from, const Geometry& geometry, const Reshaping& reshaping, Image& to) {
  check(from);
  check_size(geometry);
  if (const std::optional<Straight> source = straight(geometry)) {
    return make_straight(from, geometry, *source, reshaping, to);
  }
  warp(from, geometry, reshaping.border, to);
}

std::optional<Part> part_needed(const Geometry& geometry, const Size& picture) {
  const std::optional<Straight> source = straight(geometry);
  if (!source || !is_inside(source->part, picture)) return std::nullopt;
  return source->part;
}

void resample_needed(const Image& part, const Geometry& geometry, const Reshaping& reshaping, Image& to) {
  check(part);
  check_size(geometry);
  std::optional<Straight> source = straight(geometry);
  if (!source) throw Error("a rotated or sheared picture needs more than a part of it");
  source->part.left = source->part.top = 0;
  make_straight(part, geometry, *source, reshaping, to);
}

}  // namespace lehr::image
