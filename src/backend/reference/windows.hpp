#pragma once

#include <algorithm>
#include <cstdint>

#include "lehr/backend/conv_spec.hpp"

namespace lehr::reference {

/// Positions [begin, end) along one axis.
struct Range {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t length() const { return end - begin; }
};

/// The part of a window that lies inside the image.
inline Range clipped(std::int64_t begin, std::int64_t length, std::int64_t extent) {
  return {std::max<std::int64_t>(begin, 0), std::min(begin + length, extent)};
}
inline Range window_rows(const PoolSpec& pool, std::int64_t out_row) {
  return clipped(out_row * pool.stride_h - pool.pad_h, pool.kernel_h, pool.in_h);
}
inline Range window_columns(const PoolSpec& pool, std::int64_t out_column) {
  return clipped(out_column * pool.stride_w - pool.pad_w, pool.kernel_w, pool.in_w);
}

/// Calls body(n, c, h, w) for every position of an (N, C, H, W) shape.
template <class Body>
void for_each_position(const Shape& shape, const Body& body) {
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      for (std::int64_t h = 0; h < shape[2]; ++h) {
        for (std::int64_t w = 0; w < shape[3]; ++w) body(n, c, h, w);
      }
    }
  }
}

/// Calls body(h, w) for every position of a window, row by row.
template <class Body>
void for_each_inside(const Range& rows, const Range& columns, const Body& body) {
  for (std::int64_t h = rows.begin; h < rows.end; ++h) {
    for (std::int64_t w = columns.begin; w < columns.end; ++w) body(h, w);
  }
}

}  // namespace lehr::reference
