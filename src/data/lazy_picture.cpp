#include "lehr/data/lazy_picture.hpp"

#include <utility>

#include "lehr/image/read.hpp"

namespace lehr {

image::Size LazyPicture::source_size() const {
  return unread_ != nullptr ? unread_->size() : image::Size{picture_.width, picture_.height};
}

image::Geometry& LazyPicture::geometry() {
  if (!geometry_) {
    const image::Size size = source_size();
    geometry_ = image::Geometry{.width = size.width, .height = size.height};
  }
  return *geometry_;
}

image::Geometry& LazyPicture::geometry(const image::Border& border) {
  if (border_ && *border_ != border) made();
  border_ = border;
  return geometry();
}

bool LazyPicture::read_source() {
  if (unread_ == nullptr) return false;
  const image::Size size = unread_->size();
  const std::optional<image::Part> part = geometry_ ? part_needed(*geometry_, size) : std::nullopt;
  unread_->read(part.value_or(image::Part{.width = size.width, .height = size.height}), picture_);
  unread_ = nullptr;
  return part.has_value();
}

Image& LazyPicture::made() {
  const bool is_part = read_source();
  if (geometry_) {
    const image::Reshaping reshaping{border_.value_or(image::Border()), filter_};
    (is_part ? image::resample_needed : image::resample)(picture_, *geometry_, reshaping, room_);
    std::swap(picture_, room_);
  }
  geometry_.reset();
  border_.reset();
  return picture_;
}

}  // namespace lehr
