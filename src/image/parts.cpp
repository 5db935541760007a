#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "image/sides.hpp"
#include "image/values.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

void check_part(const Part& part) {
  const auto is_side = [](std::int64_t side) { return side >= 1 && side <= longest_side; };
  constexpr std::int64_t farthest = std::int64_t{1} << 32;
  const auto is_near = [](std::int64_t place) { return place >= -farthest && place <= farthest; };
  if (is_side(part.width) && is_side(part.height) && is_near(part.left) && is_near(part.top)) return;
  throw BadInput("a picture cannot be cut to " + std::to_string(part.width) + " x " +
                 std::to_string(part.height) + "; expected sides from 1 to " + std::to_string(longest_side));
}

std::size_t pixel_bytes(const Image& image) {
  return static_cast<std::size_t>(image.channels) * (image.bits == 8 ? 1 : 2);
}

/// Fills `to`, which has the size of the part.
template <class Value>
void copy_part(const Image& from, const Part& part, const Border& border, Image& to) {
  const std::int64_t channels = from.channels;
  const auto level = value_of_level<Value>(border.level);
  const Value* in = values_of<Value>(from).data();
  Value* out = values_of<Value>(to).data();
  const std::int64_t first = std::clamp<std::int64_t>(-part.left, 0, part.width);
  const std::int64_t last = std::clamp<std::int64_t>(from.width - part.left, first, part.width);
  for (std::int64_t y = 0; y < part.height; ++y, out += part.width * channels) {
    std::int64_t source = y + part.top;
    if (border.reflect) source = reflected(source, from.height);
    if (source < 0 || source >= from.height) {
      std::fill_n(out, part.width * channels, level);
      continue;
    }
    const Value* line = in + source * from.width * channels;
    const auto beyond = [&](std::int64_t begin, std::int64_t end) {
      if (!border.reflect)
        return static_cast<void>(std::fill_n(out + begin * channels, (end - begin) * channels, level));
      for (std::int64_t x = begin; x < end; ++x) {
        std::copy_n(line + reflected(x + part.left, from.width) * channels, channels, out + x * channels);
      }
    };
    beyond(0, first);
    if (last > first)
      std::copy_n(line + (part.left + first) * channels, (last - first) * channels, out + first * channels);
    beyond(last, part.width);
  }
}

/// The largest centred part of an image that has the aspect ratio width : height.
Part centred_part(const Image& image, std::int64_t width, std::int64_t height) {
  Part part{.width = image.width, .height = image.height};
  if (image.width * height > image.height * width) {
    part.width = std::max<std::int64_t>(1, (image.height * width + height / 2) / height);
  } else {
    part.height = std::max<std::int64_t>(1, (image.width * height + width / 2) / width);
  }
  part.left = (image.width - part.width) / 2;
  part.top = (image.height - part.height) / 2;
  return part;
}

Image cropped_to(const Image& image, std::int64_t width, std::int64_t height, Filter filter) {
  Image result;
  resize_part(image, centred_part(image, width, height), {width, height}, filter, result);
  return result;
}

Image padded_to(const Image& image, std::int64_t width, std::int64_t height, Filter filter) {
  const bool wider = image.width * height > image.height * width;
  std::int64_t inner_width = width;
  std::int64_t inner_height = height;
  if (wider) {
    inner_height = std::max<std::int64_t>(1, (image.height * width + image.width / 2) / image.width);
  } else {
    inner_width = std::max<std::int64_t>(1, (image.width * height + image.height / 2) / image.height);
  }
  const Image inner = resize(image, inner_width, inner_height, filter);
  Image result;
  crop(inner, {(inner_width - width) / 2, (inner_height - height) / 2, width, height}, result);
  return result;
}

constexpr std::array<std::string_view, 3> fit_names{"squash", "crop", "pad"};
constexpr std::array<std::string_view, 3> filter_names{"bilinear", "bicubic", "lanczos"};
constexpr std::array<std::string_view, 3> background_names{"white", "black", "none"};

template <class Value>
Value value_by_name(std::string_view what, std::string_view name, std::span<const std::string_view> names) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<Value>(found - names.begin());
  throw unknown_name(what, printable(name), std::vector<std::string>(names.begin(), names.end()));
}

}  // namespace

void crop(const Image& from, const Part& part, Image& to, const Border& border) {
  check(from);
  check_part(part);
  to.reset({from.channels, part.height, part.width}, from.bits);
  with_value_type(from, [&](auto zero) { copy_part<decltype(zero)>(from, part, border, to); });
}

void mirror(Image& image) {
  check(image);
  const std::size_t bytes = pixel_bytes(image);
  const std::size_t line_bytes = static_cast<std::size_t>(image.width) * bytes;
  for (std::size_t line = 0; line < image.pixels.size(); line += line_bytes) {
    std::uint8_t* left = image.pixels.data() + line;
    for (std::uint8_t* right = left + line_bytes - bytes; left < right; left += bytes, right -= bytes) {
      std::swap_ranges(left, left + bytes, right);
    }
  }
}

void turn_over(Image& image) {
  check(image);
  const auto line_bytes =
      static_cast<std::ptrdiff_t>(image.width) * static_cast<std::ptrdiff_t>(pixel_bytes(image));
  auto top = image.pixels.begin();
  for (auto bottom = image.pixels.end() - line_bytes; top < bottom; top += line_bytes, bottom -= line_bytes) {
    std::swap_ranges(top, top + line_bytes, bottom);
  }
}

Image fit(const Image& image, std::int64_t width, std::int64_t height, Fit how, Filter filter) {
  if (image.width == width && image.height == height) {
    check(image);
    return image;
  }
  check_part({.width = width, .height = height});
  switch (how) {
    case Fit::stretch:
      break;
    case Fit::crop:
      check(image);
      return cropped_to(image, width, height, filter);
    case Fit::pad:
      check(image);
      return padded_to(image, width, height, filter);
  }
  return resize(image, width, height, filter);
}

std::string_view name_of(Fit how) { return fit_names.at(static_cast<std::size_t>(how)); }

Fit fit_by_name(std::string_view name) {
  if (name == "stretch") return Fit::stretch;  // models of earlier versions
  return value_by_name<Fit>("way to fit a picture", name, fit_names);
}

std::string_view name_of(Filter filter) { return filter_names.at(static_cast<std::size_t>(filter)); }

Filter filter_by_name(std::string_view name) { return value_by_name<Filter>("filter", name, filter_names); }

std::string_view name_of(Background background) {
  return background_names.at(static_cast<std::size_t>(background));
}

Background background_by_name(std::string_view name) {
  return value_by_name<Background>("background", name, background_names);
}

}  // namespace lehr::image
