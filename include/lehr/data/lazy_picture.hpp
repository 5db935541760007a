#pragma once

#include <cstdint>
#include <optional>

#include "lehr/image/geometry.hpp"

namespace lehr {

namespace image {
class UnreadPicture;
}

/// A picture whose changes of geometry are collected and made at once, so that it is resampled once and not
/// once for each of them.
class LazyPicture {
 public:
  /// `room` is a second picture that it may use. `filter` is for scaling. If `unread` is given, its pixels
  /// are read into `picture` when they are needed: if it is cropped first, only those of the crop.
  LazyPicture(Image& picture, Image& room, Filter filter = Filter::bilinear,
              image::UnreadPicture* unread = nullptr)
      : picture_(picture), room_(room), filter_(filter), unread_(unread) {}

  /// The geometry with all changes so far, for further ones that do not reach beyond the picture.
  image::Geometry& geometry();
  /// The same for changes that may reach beyond the picture. Makes the changes so far if they have another
  /// border.
  image::Geometry& geometry(const image::Border& border);
  /// The picture with all changes made.
  Image& made();

 private:
  image::Size source_size() const;
  /// Reads the pixels that the geometry needs, if they are not read. Returns whether they are only a part.
  bool read_source();

  Image& picture_;
  Image& room_;
  Filter filter_;
  image::UnreadPicture* unread_;               // null: `picture_` has the pixels
  std::optional<image::Geometry> geometry_{};  // empty: no changes
  std::optional<image::Border> border_{};
};

}  // namespace lehr
