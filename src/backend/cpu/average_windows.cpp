#include "backend/cpu/average_windows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/average_windows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

HWY_INLINE FloatVec divisor(const AverageWindow& row, const AverageWindow& column) {
  return hn::Set(FloatTag(), 1.0F / static_cast<float>(row.size * column.size));
}

/// Means over at least this many positions are summed in blocks.
constexpr std::int64_t max_in_one_sum = 64;

/// The sum over `count` pixels. Four sums alternate, so that no addition waits for the previous
/// one.
template <class Access>
HWY_INLINE FloatVec sum_of_block(const float* x, std::int64_t channels, std::int64_t count, Access access) {
  const FloatTag d;
  FloatVec a = hn::Zero(d), b = hn::Zero(d), c = hn::Zero(d), e = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4, x += 4 * channels) {
    a = hn::Add(a, access.load(x));
    b = hn::Add(b, access.load(x + channels));
    c = hn::Add(c, access.load(x + 2 * channels));
    e = hn::Add(e, access.load(x + 3 * channels));
  }
  for (; i < count; ++i, x += channels) a = hn::Add(a, access.load(x));
  return hn::Add(hn::Add(a, b), hn::Add(c, e));
}

/// The mean over a large window. Blocks are summed in float, and their sums in double. A long sum
/// in float would lose part of each value to rounding.
template <class Access>
HWY_INLINE FloatVec mean_of_blocks(const AverageWindows& w, const float* image, const AverageWindow& row,
                                   const AverageWindow& column, Access access) {
  const FloatTag d;
  HWY_ALIGN float lanes[hn::MaxLanes(FloatTag())];
  double totals[hn::MaxLanes(FloatTag())] = {};
  // If the window is as wide as the image, its rows are contiguous.
  const bool joined = column.end - column.begin == w.in_w;
  const std::int64_t rows = joined ? 1 : row.end - row.begin;
  const std::int64_t length = (column.end - column.begin) * (joined ? row.end - row.begin : 1);
  for (std::int64_t h = 0; h < rows; ++h) {
    const float* x = image + ((row.begin + h) * w.in_w + column.begin) * w.channels;
    for (std::int64_t i = 0; i < length; i += max_in_one_sum) {
      const std::int64_t count = std::min(max_in_one_sum, length - i);
      hn::Store(sum_of_block(x + i * w.channels, w.channels, count, access), d, lanes);
      for (std::size_t lane = 0; lane < hn::MaxLanes(FloatTag()); ++lane) {
        totals[lane] += static_cast<double>(lanes[lane]);
      }
    }
  }
  const double positions = static_cast<double>(row.size * column.size);
  for (std::size_t lane = 0; lane < hn::MaxLanes(FloatTag()); ++lane) {
    lanes[lane] = static_cast<float>(totals[lane] / positions);
  }
  return hn::Load(d, lanes);
}

/// One row of outputs of one image.
void AverageRow(const AverageWindows& w, const float* image, const AverageWindow& row, float* y) {
  const std::int64_t channels = w.channels;
  for (const AverageWindow& column : w.columns) {
    const FloatVec scale = divisor(row, column);
    const bool large = (row.end - row.begin) * (column.end - column.begin) > max_in_one_sum;
    for_vectors(0, channels, [&](std::int64_t c, auto access) HWY_ATTR {
      if (large) return access.store(mean_of_blocks(w, image + c, row, column, access), y + c);
      FloatVec sum = hn::Zero(FloatTag());
      for (std::int64_t h = row.begin; h < row.end; ++h) {
        const float* x = image + (h * w.in_w + column.begin) * channels + c;
        for (std::int64_t i = column.begin; i < column.end; ++i, x += channels) {
          sum = hn::Add(sum, access.load(x));
        }
      }
      access.store(hn::Mul(sum, scale), y + c);
    });
    y += channels;
  }
}

/// Adds one output's gradient to the positions of its window.
HWY_INLINE void spread(const AverageWindows& w, const AverageWindow& row, const AverageWindow& column,
                       const float* grad, float* image_grad) {
  const FloatVec scale = divisor(row, column);
  for_vectors(0, w.channels, [&](std::int64_t c, auto access) HWY_ATTR {
    const FloatVec share = hn::Mul(access.load(grad + c), scale);
    for (std::int64_t h = row.begin; h < row.end; ++h) {
      float* x = image_grad + (h * w.in_w + column.begin) * w.channels + c;
      for (std::int64_t i = column.begin; i < column.end; ++i, x += w.channels) {
        access.store(hn::Add(access.load(x), share), x);
      }
    }
  });
}

void SpreadImage(const AverageWindows& w, const float* grad, float* image_grad) {
  std::fill_n(image_grad, w.in_h * w.in_w * w.channels, 0.0F);
  for (const AverageWindow& row : w.rows) {
    for (const AverageWindow& column : w.columns) {
      spread(w, row, column, grad, image_grad);
      grad += w.channels;
    }
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(AverageRow);
HWY_EXPORT(SpreadImage);

void AverageWindows::forward(const float* x, float* y) const {
  const std::int64_t in_image = in_h * in_w * channels;
  const auto out_h = static_cast<std::int64_t>(rows.size());
  const std::int64_t out_row = static_cast<std::int64_t>(columns.size()) * channels;
  const std::int64_t grain = elements_per_thread / (in_image / out_h + 1) + 1;
  parallel_for(batch * out_h, grain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      const AverageWindow& row = rows[static_cast<std::size_t>(i % out_h)];
      HWY_DYNAMIC_DISPATCH(AverageRow)
      (*this, x + i / out_h * in_image, row, y + i * out_row);
    }
  });
}

void AverageWindows::backward(const float* grad, float* input_grad) const {
  const std::int64_t in_image = in_h * in_w * channels;
  const std::int64_t out_image = static_cast<std::int64_t>(rows.size() * columns.size()) * channels;
  parallel_for(batch, elements_per_thread / (in_image + 1) + 1,
               [&](std::int64_t begin, std::int64_t end, int) {
                 for (std::int64_t n = begin; n < end; ++n) {
                   HWY_DYNAMIC_DISPATCH(SpreadImage)
                   (*this, grad + n * out_image, input_grad + n * in_image);
                 }
               });
}

}  // namespace lehr::cpu
#endif
