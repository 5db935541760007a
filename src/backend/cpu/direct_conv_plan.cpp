#include "backend/cpu/direct_conv_plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

constexpr std::int64_t padded_copy_channels = 4;  // up to here, a copy is cheaper than many classes
constexpr std::int64_t chunk_floats =
    24 * 1024;  // input and output of a chunk: well inside a second-level cache
constexpr std::int64_t part_multiply_adds = 100'000;  // less work than this is not worth a second thread

std::int64_t round_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }
std::int32_t offset(std::int64_t value) { return static_cast<std::int32_t>(value); }

/// The largest number of elements that can share a vector. With `evenly`, all runs must be a
/// multiple of it.
std::int64_t choose_split(std::int64_t channels, std::int64_t elements, bool evenly, std::int64_t lanes) {
  for (const std::int64_t split : {4, 2}) {
    if (channels * split <= lanes && (!evenly || elements % split == 0)) return split;
  }
  return 1;
}

/// The outputs o along one axis whose tap k falls inside the source: [first, last).
struct ValidRange {
  std::int64_t first, last;
  friend auto operator<=>(const ValidRange&, const ValidRange&) = default;
};
ValidRange valid_outputs(std::int64_t tap_offset, std::int64_t stride, std::int64_t in, std::int64_t out) {
  const std::int64_t first = tap_offset >= 0 ? 0 : (-tap_offset + stride - 1) / stride;
  const std::int64_t past = in - tap_offset;
  const std::int64_t last = past <= 0 ? 0 : std::min(out, (past - 1) / stride + 1);
  return {std::min(first, last), last};
}

/// Taps inside the image along one axis, over all outputs.
std::int64_t valid_taps(std::int64_t kernel, std::int64_t dilation, std::int64_t pad, std::int64_t stride,
                        std::int64_t in, std::int64_t out) {
  std::int64_t count = 0;
  for (std::int64_t k = 0; k < kernel; ++k) {
    const ValidRange range = valid_outputs(k * dilation - pad, stride, in, out);
    count += range.last - range.first;
  }
  return count;
}

/// Joins equally spaced blocks of short runs, so that no register tile is half empty.
std::vector<OuterBlock> join_lines(std::vector<OuterBlock> blocks) {
  constexpr std::int32_t short_run = 8;
  std::stable_sort(blocks.begin(), blocks.end(), [](const OuterBlock& a, const OuterBlock& b) {
    return std::tuple(a.positions, a.steps) < std::tuple(b.positions, b.steps);
  });
  std::vector<OuterBlock> joined;
  for (const OuterBlock& block : blocks) {
    OuterBlock* last = joined.empty() ? nullptr : &joined.back();
    const bool alike = last != nullptr && block.steps <= short_run && last->steps == block.steps &&
                       last->positions == block.positions;
    if (alike && last->lines == 1) {
      last->line_source = block.source - last->source;
      last->line_rows = block.row - last->row;
    }
    if (alike && block.source - last->source == last->lines * last->line_source &&
        block.row - last->row == last->lines * last->line_rows) {
      ++last->lines;
    } else {
      joined.push_back(block);
    }
  }
  return joined;
}

/// Sorts positions into classes by their steps.
class ClassBuilder {
 public:
  ClassBuilder(const GatherPlan& plan, std::int64_t chunk) : plan_(plan), chunk_(chunk) {}

  /// Adds `elements` neighbouring elements of the source to the next position.
  void add_run(std::int64_t source, std::int64_t row, std::int64_t elements) {
    for (std::int64_t i = 0; i < elements; i += plan_.split, ++row) {
      steps_.push_back({offset(source + i), offset(row * plan_.row_floats)});
    }
  }

  void add_position(std::int64_t target) {
    const std::int32_t base = steps_.empty() ? 0 : steps_.front().source;
    for (Step& step : steps_) step.source -= base;
    found_[std::move(steps_)].push_back({base, offset(target)});
    steps_.clear();
  }

  std::vector<GatherClass> classes(std::int64_t source_image, std::int64_t target_image) const {
    std::vector<GatherClass> result;
    for (const auto& [steps, positions] : found_) {
      GatherClass entry{steps, {}, static_cast<std::int64_t>(positions.size())};
      for (std::int64_t image = 0; image < chunk_; ++image) {
        for (const Position& at : positions) {
          entry.positions.push_back(
              {offset(at.source + image * source_image), offset(at.target + image * target_image)});
        }
      }
      result.push_back(std::move(entry));
    }
    return result;
  }

 private:
  const GatherPlan& plan_;
  std::int64_t chunk_;
  std::vector<Step> steps_;
  std::map<std::vector<Step>, std::vector<Position>> found_;
};

}  // namespace

DirectConvPlan::DirectConvPlan(const ConvSpec& conv, std::int64_t lanes) : lanes_(lanes) {
  choose_source(conv);
  choose_chunk(conv);
  pack_forward_taps(conv);
  pack_data_taps(conv);
  plan_forward(conv);
  plan_data(conv);
  plan_weights(conv);
}

void DirectConvPlan::choose_source(const ConvSpec& conv) {
  padded_copy = conv.in_c <= padded_copy_channels;
  source = {conv.in_h, conv.in_w, conv.in_c, conv.pad_h, conv.pad_w, conv.in_h * conv.in_w * conv.in_c};
  if (!padded_copy) return;
  source.h = (conv.out_h - 1) * conv.stride_h + (conv.kernel_h - 1) * conv.dilation_h + 1;
  source.w = (conv.out_w - 1) * conv.stride_w + (conv.kernel_w - 1) * conv.dilation_w + 1;
  source.pad_h = source.pad_w = 0;
  // A split run may read a few elements past the last pixel.
  source.floats = round_up(source.h * source.w * source.pixel + 4, lanes_);
}

void DirectConvPlan::choose_chunk(const ConvSpec& conv) {
  const std::int64_t image = source.floats + conv.out_h * conv.out_w * conv.out_c;
  chunk = std::clamp<std::int64_t>(chunk_floats / image, 1, 64);
  if (chunk >= 4) chunk = round_up(chunk, 8);  // whole register tiles, also for classes with one pixel
  const std::int64_t work =
      valid_taps(conv.kernel_h, conv.dilation_h, conv.pad_h, conv.stride_h, conv.in_h, conv.out_h) *
      valid_taps(conv.kernel_w, conv.dilation_w, conv.pad_w, conv.stride_w, conv.in_w, conv.out_w) *
      conv.in_c * conv.out_c;
  const std::int64_t least = part_multiply_adds / std::max<std::int64_t>(1, work) + 1;
  parts = std::clamp<std::int64_t>(conv.batch / least, 1, threads());
  chunk = std::min(chunk, (conv.batch + parts - 1) / parts);
}

// Rows in the weight's own order (kh, kw, ic). A line of taps that are adjacent in the source is
// padded to a multiple of the split. Other taps are padded one by one.
void DirectConvPlan::pack_forward_taps(const ConvSpec& conv) {
  const std::int64_t split = choose_split(conv.out_c, conv.in_c, !padded_copy, lanes_);
  const bool together = conv.dilation_w == 1;
  forward.split = split;
  for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh) {
    for (std::int64_t kw = 0; kw < conv.kernel_w; ++kw) {
      if (!together || kw == 0) forward_taps.elements = round_up(forward_taps.elements, split);
      forward_taps.element.push_back(forward_taps.elements);
      forward_taps.elements += conv.in_c;
    }
  }
  forward_taps.elements = round_up(forward_taps.elements, split);
}

// Taps of one stride phase, from last to first, because they then belong to neighbouring output
// pixels in order.
void DirectConvPlan::pack_data_taps(const ConvSpec& conv) {
  data.split = choose_split(conv.in_c, conv.out_c, true, lanes_);
  std::vector<std::int64_t> order(static_cast<std::size_t>(conv.kernel_w));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    const auto key = [&](std::int64_t kw) { return std::tuple(kw * conv.dilation_w % conv.stride_w, -kw); };
    return key(a) < key(b);
  });
  data_taps.element.resize(static_cast<std::size_t>(conv.kernel_h * conv.kernel_w));
  for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh) {
    for (const std::int64_t kw : order) {
      data_taps.element[static_cast<std::size_t>(kh * conv.kernel_w + kw)] = data_taps.elements;
      data_taps.elements += conv.out_c;
    }
  }
}

void DirectConvPlan::plan_forward(const ConvSpec& conv) {
  const std::int64_t split = forward.split;
  forward.channels = conv.out_c;
  forward.rows = forward_taps.elements / split;
  forward.row_floats = round_up(conv.out_c * split, lanes_);
  const bool lines = padded_copy && conv.dilation_w == 1;  // one run per kernel row
  ClassBuilder builder(forward, chunk);
  for (std::int64_t oy = 0; oy < conv.out_h; ++oy) {
    for (std::int64_t ox = 0; ox < conv.out_w; ++ox) {
      for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh) {
        const std::int64_t iy = oy * conv.stride_h - source.pad_h + kh * conv.dilation_h;
        if (iy < 0 || iy >= source.h) continue;
        for (std::int64_t kw = 0; kw < (lines ? 1 : conv.kernel_w); ++kw) {
          const std::int64_t ix = ox * conv.stride_w - source.pad_w + kw * conv.dilation_w;
          if (ix < 0 || ix >= source.w) continue;
          const std::int64_t length = lines ? conv.kernel_w * conv.in_c : conv.in_c;
          const std::int64_t row =
              forward_taps.element[static_cast<std::size_t>(kh * conv.kernel_w + kw)] / split;
          builder.add_run((iy * source.w + ix) * source.pixel, row, length);
        }
      }
      builder.add_position((oy * conv.out_w + ox) * conv.out_c);
    }
  }
  forward.classes = builder.classes(source.floats, conv.out_h * conv.out_w * conv.out_c);
}

void DirectConvPlan::plan_data(const ConvSpec& conv) {
  grad_row = forward.split > 1 ? conv.out_c : round_up(conv.out_c, lanes_);
  data.channels = conv.in_c;
  data.rows = data_taps.elements / data.split;
  data.row_floats = round_up(conv.in_c * data.split, lanes_);
  ClassBuilder builder(data, chunk);
  for (std::int64_t iy = 0; iy < conv.in_h; ++iy) {
    for (std::int64_t ix = 0; ix < conv.in_w; ++ix) {
      for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh) {
        const std::int64_t y = iy + conv.pad_h - kh * conv.dilation_h;
        if (y < 0 || y % conv.stride_h != 0 || y / conv.stride_h >= conv.out_h) continue;
        for (std::int64_t kw = 0; kw < conv.kernel_w; ++kw) {
          const std::int64_t x = ix + conv.pad_w - kw * conv.dilation_w;
          if (x < 0 || x % conv.stride_w != 0 || x / conv.stride_w >= conv.out_w) continue;
          const std::int64_t pixel = y / conv.stride_h * conv.out_w + x / conv.stride_w;
          const std::int64_t row =
              data_taps.element[static_cast<std::size_t>(kh * conv.kernel_w + kw)] / data.split;
          builder.add_run(pixel * grad_row, row, conv.out_c);
        }
      }
      builder.add_position((iy * conv.in_w + ix) * conv.in_c);
    }
  }
  data.classes = builder.classes(conv.out_h * conv.out_w * grad_row, conv.in_h * conv.in_w * conv.in_c);
}

void DirectConvPlan::plan_weights(const ConvSpec& conv) {
  const std::int64_t split = forward.split;
  weights.channels = conv.out_c;
  weights.split = split;
  weights.rows = forward.rows;
  weights.row_floats = forward.row_floats;
  spread_row = forward.row_floats;
  std::map<std::tuple<ValidRange, ValidRange>, std::size_t> known;
  const auto list_of = [&](const ValidRange& ys, const ValidRange& xs) {
    const auto [found, is_new] = known.try_emplace({ys, xs}, weights.positions.size());
    if (!is_new) return found->second;
    std::vector<Position> list;
    for (std::int64_t image = 0; image < chunk; ++image) {
      for (std::int64_t oy = ys.first; oy < ys.last; ++oy) {
        for (std::int64_t ox = xs.first; ox < xs.last; ++ox) {
          const std::int64_t pixel = oy * conv.stride_h * source.w + ox * conv.stride_w;
          const std::int64_t target = (image * conv.out_h + oy) * conv.out_w + ox;
          list.push_back({offset(image * source.floats + pixel * source.pixel), offset(target * spread_row)});
        }
      }
    }
    weights.positions.push_back(std::move(list));
    weights.per_image.push_back((ys.last - ys.first) * (xs.last - xs.first));
    return found->second;
  };
  for (std::int64_t kh = 0; kh < conv.kernel_h; ++kh) {
    const std::int64_t y = kh * conv.dilation_h - source.pad_h;
    const ValidRange ys = valid_outputs(y, conv.stride_h, source.h, conv.out_h);
    std::int64_t kw = 0;
    while (kw < conv.kernel_w) {
      const std::int64_t x = kw * conv.dilation_w - source.pad_w;
      const ValidRange xs = valid_outputs(x, conv.stride_w, source.w, conv.out_w);
      std::int64_t taps = 1;
      while (conv.dilation_w == 1 && kw + taps < conv.kernel_w &&
             valid_outputs(x + taps, conv.stride_w, source.w, conv.out_w) == xs) {
        ++taps;
      }
      const std::int64_t row =
          forward_taps.element[static_cast<std::size_t>(kh * conv.kernel_w + kw)] / split;
      weights.blocks.push_back({offset((y * source.w + x) * source.pixel), offset(row),
                                offset(round_up(taps * conv.in_c, split) / split), list_of(ys, xs)});
      kw += taps;
    }
  }
  weights.blocks = join_lines(weights.blocks);
}

}  // namespace lehr::cpu
