#include "graph/sliding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/checks.hpp"

namespace lehr::graph {
namespace {

std::string by(ops::Size2 size) { return fmt::format("{}x{}", size.h, size.w); }

std::int64_t reach(std::int64_t kernel, std::int64_t dilation) { return dilation * (kernel - 1) + 1; }

void check_pooling(std::string_view op, const Sliding& window) {
  check_sliding(op, window);
  if (window.padding.h > window.kernel.h / 2 || window.padding.w > window.kernel.w / 2) {
    throw BadInput(fmt::format("{} needs padding of at most half its kernel {}, found {}", op,
                               by(window.kernel), by(window.padding)));
  }
}

}  // namespace

Attribute to_attribute(ops::Size2 size) { return std::vector<std::int64_t>{size.h, size.w}; }

ops::Size2 size2(const Attributes& attributes, std::string_view name) {
  const std::vector<std::int64_t>& values = attributes.integers(name);
  if (values.size() != 2) {
    throw Error(fmt::format("attribute \"{}\" should hold two integers, found {}", name, values.size()));
  }
  return {values[0], values[1]};
}

void expect_between(std::string_view op, std::string_view setting, ops::Size2 value, std::int64_t low,
                    std::int64_t high) {
  expect_between(op, setting, value.h, low, high);
  expect_between(op, setting, value.w, low, high);
}

void check_sliding(std::string_view op, const Sliding& window) {
  expect_between(op, "a kernel", window.kernel, 1, max_setting);
  expect_between(op, "a stride", window.stride, 1, max_setting);
  expect_between(op, "padding", window.padding, 0, max_setting);
  expect_between(op, "dilation", window.dilation, 1, max_setting);
}

ops::Size2 positions(std::string_view op, const Sliding& window, const Shape& image) {
  const ops::Size2 reached{reach(window.kernel.h, window.dilation.h),
                           reach(window.kernel.w, window.dilation.w)};
  const ops::Size2 room{image[2] + 2 * window.padding.h - reached.h,
                        image[3] + 2 * window.padding.w - reached.w};
  if (room.h < 0 || room.w < 0) {
    const ops::Size2 least{std::max<std::int64_t>(1, reached.h - 2 * window.padding.h),
                           std::max<std::int64_t>(1, reached.w - 2 * window.padding.w)};
    throw BadInput(
        fmt::format("{} needs an input of at least {} for kernel {}, dilation {} and padding {}, found {}",
                    op, by(least), by(window.kernel), by(window.dilation), by(window.padding), image.str()));
  }
  return {room.h / window.stride.h + 1, room.w / window.stride.w + 1};
}

Attributes pooling_attributes(const Sliding& window) {
  Attributes all;
  all.set("kernel", to_attribute(window.kernel));
  all.set("stride", to_attribute(window.stride));
  all.set("padding", to_attribute(window.padding));
  return all;
}

Sliding read_pooling(std::string_view op, const Attributes& attributes) {
  const Sliding window{size2(attributes, "kernel"), size2(attributes, "stride"),
                       size2(attributes, "padding")};
  check_pooling(op, window);
  return window;
}

TensorSpec infer_pooling(std::string_view op, const Sliding& window, std::span<const TensorSpec> inputs) {
  check_pooling(op, window);
  const TensorSpec& image = single_image(op, inputs);
  const ops::Size2 out = positions(op, window, image.shape);
  return checked_spec(op, image.dtype, {image.shape[0], image.shape[1], out.h, out.w});
}

Window to_window(const Sliding& window) {
  return {.kernel_h = window.kernel.h,
          .kernel_w = window.kernel.w,
          .stride_h = window.stride.h,
          .stride_w = window.stride.w,
          .dilation_h = window.dilation.h,
          .dilation_w = window.dilation.w};
}

}  // namespace lehr::graph
