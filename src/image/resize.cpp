#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "image/resample.hpp"
#include "image/sides.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

/// What a thread keeps from one resize to the next.
struct ResizeRoom {
  Windows across, down;
  std::vector<std::uint8_t> between;  // resampled horizontally only
};

ResizeRoom& resize_room() {
  constexpr std::size_t most_kept = std::size_t{16} << 20;
  static thread_local ResizeRoom room;
  if (room.between.capacity() > most_kept) room.between = {};
  return room;
}

/// A resize of rows: the box of them, and the new size.
template <class Value>
struct ResizeOf {
  Rows<Value> rows;
  Box box;
  Size size;
  Filter filter;
};

/// Whether rows are resampled vertically first. Bicubic and Lanczos overshoot, and each pass cuts to the
/// range of the values, so that the order shows. This one is Pillow's of version 13. Bilinear keeps the
/// order of earlier versions of both, for the models that were trained with it.
template <class Value>
bool begins_down(const ResizeOf<Value>& job) {
  const std::int64_t fewer_rows = job.rows.height - job.size.height;
  const std::int64_t fewer_columns = job.rows.width - job.size.width;
  return job.filter != Filter::bilinear && fewer_rows > 0 && fewer_rows > 2 * fewer_columns;
}

template <class Value>
Value* values_between(ResizeRoom& room, std::int64_t rows, std::int64_t length) {
  room.between.resize(static_cast<std::size_t>(rows * length) * sizeof(Value));
  return reinterpret_cast<Value*>(room.between.data());
}

/// Resizes one direction at a time. A direction that keeps its positions is left out.
template <class Value>
void resize_rows(const ResizeOf<Value>& job, Value* out) {
  ResizeRoom& room = resize_room();
  const Rows<Value>& rows = job.rows;
  const Box& box = job.box;
  const Size& size = job.size;
  const auto keeps = [](double begin, double length, std::int64_t from, std::int64_t to) {
    return begin == 0 && length == static_cast<double>(to) && from == to;
  };
  const bool keeps_rows = keeps(box.top, box.height, rows.height, size.height);
  const bool keeps_columns = keeps(box.left, box.width, rows.width, size.width);
  if (!keeps_rows) room.down.prepare({rows.height, box.top, box.top + box.height, size.height, job.filter});
  if (!keeps_columns)
    room.across.prepare({rows.width, box.left, box.left + box.width, size.width, job.filter});
  if (keeps_rows) return resample_across(rows, 0, rows.height, room.across, out);
  if (keeps_columns) return resample_down(rows, 0, room.down, out);
  if (begins_down(job)) {
    const std::int64_t length = rows.width * rows.channels;
    Value* const between = values_between<Value>(room, size.height, length);
    resample_down(rows, 0, room.down, between);
    const Rows<Value> lower{between,       rows.width, size.height,
                            rows.channels, length,     between + size.height * length};
    return resample_across(lower, 0, size.height, room.across, out);
  }
  const std::int64_t first = room.down.begin();
  const std::int64_t length = size.width * rows.channels;
  Value* const between = values_between<Value>(room, room.down.end() - first, length);
  resample_across(rows, first, room.down.end(), room.across, between);
  const std::int64_t height = room.down.end() - first;
  resample_down({between, size.width, height, rows.channels, length, between + height * length}, first,
                room.down, out);
}

void check_size_of_resize(const Image& from, const Size& size) {
  if (size.width < 1 || size.height < 1 || size.width > longest_side || size.height > longest_side) {
    throw BadInput(fmt::format("a picture cannot be resized to {} x {}; expected sides from 1 to {}",
                               size.width, size.height, longest_side));
  }
  check(from);
  if (from.width > longest_side || from.height > longest_side || from.channels > 4) {
    throw BadInput(
        fmt::format("a picture of {} x {} pixels with {} cannot be resized; expected sides of at most "
                    "{} and at most 4 channels",
                    from.width, from.height, counted(from.channels, "channel"), longest_side));
  }
}

void check_box(const Image& from, const Box& box) {
  const auto fits = [](double begin, double length, std::int64_t whole) {
    return begin >= 0 && length > 0 && begin + length <= static_cast<double>(whole);
  };
  if (fits(box.left, box.width, from.width) && fits(box.top, box.height, from.height)) return;
  throw BadInput(fmt::format("a picture of {} x {} pixels has no part of {} x {} at ({}, {})", from.width,
                             from.height, box.width, box.height, box.left, box.top));
}

/// Resamples the rows of that part of the image. Nothing outside the part is used.
template <class Value>
void resize_values(const Image& from, const Part& part, const Box& box, const Size& size, Filter filter,
                   Image& to) {
  const auto* values = reinterpret_cast<const Value*>(from.pixels.data());
  const std::int64_t stride = from.width * from.channels;
  const Rows<Value> rows{values + part.top * stride + part.left * from.channels,
                         part.width,
                         part.height,
                         from.channels,
                         stride,
                         values + from.height * stride};
  to.reset({from.channels, size.height, size.width}, from.bits);
  resize_rows<Value>({rows, box, size, filter}, reinterpret_cast<Value*>(to.pixels.data()));
}

void resize_of_any_depth(const Image& from, const Part& part, const Box& box, const Size& size, Filter filter,
                         Image& to) {
  from.bits == 8 ? resize_values<std::uint8_t>(from, part, box, size, filter, to)
                 : resize_values<std::uint16_t>(from, part, box, size, filter, to);
}

Box box_of(std::int64_t width, std::int64_t height) {
  return {.left = 0, .top = 0, .width = static_cast<double>(width), .height = static_cast<double>(height)};
}

}  // namespace

Image resize(const Image& image, std::int64_t width, std::int64_t height, Filter filter) {
  Image result;
  resize(image, {.width = width, .height = height}, filter, result);
  return result;
}

void resize(const Image& from, const Size& size, Filter filter, Image& to) {
  resize_part(from, Part{.width = from.width, .height = from.height}, size, filter, to);
}

void resize_part(const Image& from, const Part& part, const Size& size, Filter filter, Image& to) {
  check_size_of_resize(from, size);
  check_box(from, {static_cast<double>(part.left), static_cast<double>(part.top),
                   static_cast<double>(part.width), static_cast<double>(part.height)});
  if (part.width == size.width && part.height == size.height) return crop(from, part, to);
  resize_of_any_depth(from, part, box_of(part.width, part.height), size, filter, to);
}

void resize_part(const Image& from, const Box& box, const Size& size, Filter filter, Image& to) {
  check_size_of_resize(from, size);
  check_box(from, box);
  if (box.width == static_cast<double>(size.width) && box.height == static_cast<double>(size.height) &&
      std::trunc(box.left) == box.left && std::trunc(box.top) == box.top) {
    const Part same{static_cast<std::int64_t>(box.left), static_cast<std::int64_t>(box.top), size.width,
                    size.height};
    return crop(from, same, to);
  }
  const Part whole{.width = from.width, .height = from.height};
  resize_of_any_depth(from, whole, box, size, filter, to);
}

}  // namespace lehr::image
