#include "run/page_thumbnails.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "image/encode_webp.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/image/edit.hpp"
#include "report/base64.hpp"

namespace lehr::run {
namespace {

constexpr std::int64_t longest_thumbnail_side = 128;
constexpr float thumbnail_quality = 75;
constexpr std::string_view no_thumbnail = "<div class=\"frame\"><span>cannot be read</span></div>";

/// Shrinks the picture so that it fits into a square. Small ones stay as they are.
Image thumbnail_of(const Image& picture) {
  const std::int64_t longest = std::max(picture.width, picture.height);
  const double scale = static_cast<double>(longest_thumbnail_side) / static_cast<double>(longest);
  if (scale >= 1) return picture;
  const auto side = [scale](std::int64_t length) {
    return std::max<std::int64_t>(1, std::llround(scale * static_cast<double>(length)));
  };
  return image::resize(picture, side(picture.width), side(picture.height));
}

std::string thumbnail_html(const data::DataInfo& info, const data::PictureRef& picture, Image& room) {
  try {
    read_picture(*info.sets[picture.set].pictures, picture.sample, room);
    const Image small = thumbnail_of(room);
    const bool pixels_show = std::max(small.width, small.height) <= longest_thumbnail_side / 2;
    const std::vector<std::uint8_t> bytes = image::encode_webp(small, pixels_show ? 100 : thumbnail_quality);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return fmt::format("<div class=\"frame\"><img{} alt=\"\" src=\"data:image/webp;base64,{}\"></div>",
                       pixels_show ? " class=\"small\"" : "", report::base64(text));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // the file has changed since it was read
    return std::string(no_thumbnail);
  }
}

}  // namespace

PageThumbnails::PageThumbnails(const data::DataInfo& info, const std::vector<data::PictureRef>& pictures) {
  std::vector<std::pair<const Key, std::string>*> missing;
  for (const data::PictureRef& picture : pictures) {
    const auto [place, is_new] = made_.try_emplace({picture.set, picture.sample});
    if (is_new) missing.push_back(&*place);
  }
  parallel_for(std::ssize(missing), 1, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image room;
    for (std::int64_t i = begin; i < end; ++i) {
      auto& [key, html] = *missing[static_cast<std::size_t>(i)];
      html = thumbnail_html(info, {.set = key.first, .sample = key.second}, room);
    }
  });
}

const std::string& PageThumbnails::html(const data::PictureRef& picture) const {
  return made_.at({picture.set, picture.sample});
}

}  // namespace lehr::run
