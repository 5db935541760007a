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

/// One row of outputs of one image.
void AverageRow(const AverageWindows& w, const float* image, const AverageWindow& row, float* y) {
  const std::int64_t channels = w.channels;
  for (const AverageWindow& column : w.columns) {
    const FloatVec scale = divisor(row, column);
    for_vectors(0, channels, [&](std::int64_t c, auto access) HWY_ATTR {
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
      HWY_DYNAMIC_DISPATCH(AverageRow)(*this, x + i / out_h * in_image, row, y + i * out_row);
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
