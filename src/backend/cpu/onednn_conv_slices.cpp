#include "backend/cpu/onednn_conv_slices.hpp"

#include <algorithm>
#include <optional>

namespace lehr::cpu {
namespace {

std::int64_t in_floats(const ConvSpec& c) { return c.in_h * c.in_w * c.in_c; }
std::int64_t out_floats(const ConvSpec& c) { return c.out_h * c.out_w * c.out_c; }
std::int64_t window_rows(const ConvSpec& c) { return (c.kernel_h - 1) * c.dilation_h + 1; }

/// Rows [begin, end).
struct Rows {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t count() const { return end - begin; }
};

/// One image restricted to these rows. The rows must contain everything that they need from each
/// other, except padding.
ConvSlice band(const ConvSpec& whole, std::int64_t image, Rows in, Rows out) {
  ConvSlice slice{.conv = whole};
  slice.conv.batch = 1;
  slice.conv.in_h = in.count();
  slice.conv.out_h = out.count();
  const std::int64_t first = out.begin * whole.stride_h - whole.pad_h;
  const std::int64_t last = (out.end - 1) * whole.stride_h - whole.pad_h + window_rows(whole);
  slice.conv.pad_h = in.begin - first;
  slice.pad_below = std::max<std::int64_t>(0, last - in.end);
  slice.in_offset = image * in_floats(whole) + in.begin * whole.in_w * whole.in_c;
  slice.out_offset = image * out_floats(whole) + out.begin * whole.out_w * whole.out_c;
  return slice;
}

/// The input rows that these output rows read.
Rows input_rows_of(const ConvSpec& c, Rows out) {
  const std::int64_t first = out.begin * c.stride_h - c.pad_h;
  const std::int64_t last = (out.end - 1) * c.stride_h - c.pad_h + window_rows(c);
  return {std::max<std::int64_t>(0, first), std::min(c.in_h, last)};
}

/// The output rows that read these input rows.
Rows output_rows_of(const ConvSpec& c, Rows in) {
  const std::int64_t over = std::max<std::int64_t>(0, in.begin + c.pad_h - window_rows(c) + 1);
  return {(over + c.stride_h - 1) / c.stride_h, std::min(c.out_h, (in.end - 1 + c.pad_h) / c.stride_h + 1)};
}

std::vector<ConvSlice> images(const ConvSpec& conv, std::int64_t parts) {
  std::vector<ConvSlice> slices;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t begin = conv.batch * part / parts;
    const std::int64_t end = conv.batch * (part + 1) / parts;
    ConvSlice slice{.conv = conv,
                    .pad_below = conv.pad_h,
                    .in_offset = begin * in_floats(conv),
                    .out_offset = begin * out_floats(conv)};
    slice.conv.batch = end - begin;
    slices.push_back(slice);
  }
  return slices;
}

/// The first input row of the band that begins at this output row.
std::int64_t first_row(const ConvSpec& c, std::int64_t out_row) {
  if (out_row == 0) return 0;
  if (out_row == c.out_h) return c.in_h;
  return std::clamp<std::int64_t>(out_row * c.stride_h - c.pad_h, 0, c.in_h);
}

/// Returns nothing if a band would be entirely in the padding.
template <class MakeBand>
std::optional<std::vector<ConvSlice>> bands(const ConvSpec& conv, std::int64_t each, const MakeBand& make) {
  std::vector<ConvSlice> slices;
  for (std::int64_t image = 0; image < conv.batch; ++image) {
    for (std::int64_t i = 0; i < each; ++i) {
      const Rows out{conv.out_h * i / each, conv.out_h * (i + 1) / each};
      slices.push_back(make(image, out));
      const ConvSpec& c = slices.back().conv;
      if (c.in_h < 1 || c.out_h < 1 || c.pad_h < 0) return {};
    }
  }
  return slices;
}

template <class MakeBand>
std::vector<ConvSlice> slices(const ConvSpec& conv, int parts, const MakeBand& make) {
  if (conv.batch < parts) {
    const std::int64_t each = std::min(parts / conv.batch, conv.out_h);
    if (each > 1) {
      if (auto made = bands(conv, each, make)) return *std::move(made);
    }
  }
  return images(conv, std::min<std::int64_t>(parts, conv.batch));
}

}  // namespace

std::vector<ConvSlice> slices_of_output(const ConvSpec& conv, int parts) {
  return slices(conv, parts, [&](std::int64_t image, Rows out) {
    return band(conv, image, input_rows_of(conv, out), out);
  });
}

std::vector<ConvSlice> slices_of_input(const ConvSpec& conv, int parts) {
  return slices(conv, parts, [&](std::int64_t image, Rows out) {
    const Rows in{first_row(conv, out.begin), first_row(conv, out.end)};
    return band(conv, image, in, output_rows_of(conv, in));
  });
}

}  // namespace lehr::cpu
