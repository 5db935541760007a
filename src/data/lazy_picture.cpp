#include "lehr/data/lazy_picture.hpp"

#include <utility>

namespace lehr {

image::Geometry& LazyPicture::geometry() {
  if (!geometry_) geometry_ = image::Geometry{.width = picture_.width, .height = picture_.height};
  return *geometry_;
}

image::Geometry& LazyPicture::geometry(const image::Border& border) {
  if (border_ && *border_ != border) made();
  border_ = border;
  return geometry();
}

Image& LazyPicture::made() {
  if (geometry_) {
    image::resample(picture_, *geometry_, {border_.value_or(image::Border()), filter_}, room_);
    std::swap(picture_, room_);
  }
  geometry_.reset();
  border_.reset();
  return picture_;
}

}  // namespace lehr
