#include "backend/cpu/onednn_product.hpp"

#include <algorithm>

namespace lehr::cpu::onednn {
namespace {

// With fewer rows or columns per thread, a kernel uses its registers badly.
constexpr std::int64_t min_rows = 8;
constexpr std::int64_t min_columns = 16;

}  // namespace

Product::Product(const ProductSpec& spec, WorkspaceOffsets& offsets) {
  const std::int64_t wanted = useful_slices(spec.rows * spec.inner * spec.columns);
  const std::int64_t by_rows = std::clamp<std::int64_t>(spec.rows / min_rows, 1, wanted);
  const std::int64_t by_columns = std::clamp<std::int64_t>(spec.columns / min_columns, 1, wanted);
  const bool cut_rows = by_rows >= by_columns;
  const std::int64_t parts = std::max(by_rows, by_columns);
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t all = cut_rows ? spec.rows : spec.columns;
    const std::int64_t begin = all * part / parts;
    ProductSpec some = spec;
    (cut_rows ? some.rows : some.columns) = all * (part + 1) / parts - begin;
    add(some, spec.columns);
    Slice& slice = slices_.back();
    if (cut_rows) {
      slice.left = begin * spec.left.row;
      slice.result = begin * spec.columns;
    } else {
      slice.right = begin * spec.right.column;
      slice.bias = slice.result = begin;
    }
    slice.scratchpad = offsets.take(slice.call.scratchpad_bytes());
  }
}

/// `width`: floats from one row of the whole result to the next.
void Product::add(const ProductSpec& part, std::int64_t width) {
  const Desc left = strided({part.rows, part.inner}, {part.left.row, part.left.column});
  const Desc right = strided({part.inner, part.columns}, {part.right.row, part.right.column});
  const Desc bias = part.bias ? strided({1, part.columns}, {part.columns, 1}) : Desc();
  const Desc result = strided({part.rows, part.columns}, {width, 1});
  const Choice choice = matmul({left, right, bias, result, part.plain}, part.activation);
  if (slices_.empty()) implementation_ = choice.implementation;
  slices_.push_back({Call(
      choice,
      {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, result}})});
}

void Product::run(const float* left, const float* right, const float* bias, float* result,
                  std::byte* workspace) {
  run_slices(slices_.size(), [&](std::size_t i) {
    Slice& slice = slices_[i];
    slice.call.run({left + slice.left, right + slice.right, bias == nullptr ? nullptr : bias + slice.bias,
                    result + slice.result, workspace + slice.scratchpad});
  });
}

}  // namespace lehr::cpu::onednn
