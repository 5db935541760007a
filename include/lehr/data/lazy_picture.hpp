#pragma once

#include <cstdint>
#include <optional>

#include "lehr/image/geometry.hpp"

namespace lehr {

/// A picture whose changes of geometry are collected and made at once, so that it is resampled once and not
/// once for each of them.
class LazyPicture {
 public:
  /// `room` is a second picture that it may use. `filter` is for scaling.
  LazyPicture(Image& picture, Image& room, Filter filter = Filter::bilinear)
      : picture_(picture), room_(room), filter_(filter) {}

  /// The geometry with all changes so far, for further ones that do not reach beyond the picture.
  image::Geometry& geometry();
  /// The same for changes that may reach beyond the picture. Makes the changes so far if they have another
  /// border.
  image::Geometry& geometry(const image::Border& border);
  /// The picture with all changes made.
  Image& made();

 private:
  Image& picture_;
  Image& room_;
  Filter filter_;
  std::optional<image::Geometry> geometry_{};  // empty: no changes
  std::optional<image::Border> border_{};
};

}  // namespace lehr
