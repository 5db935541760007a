#include "backend/cpu/onednn_conv_problem.hpp"

namespace lehr::cpu::onednn {
namespace {

/// (N, C, H, W) in channels-last layout. Blocked layouts are never used: if the number of channels
/// is not a multiple of the block, oneDNN uses its reference kernel for them.
Desc image(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  return strided({n, c, h, w}, {h * w * c, 1, w * c, c});
}

Dims weights_dims(const ConvSpec& c) {
  if (c.groups == 1) return {c.out_c, c.in_c, c.kernel_h, c.kernel_w};
  return {c.groups, c.out_c / c.groups, c.in_c / c.groups, c.kernel_h, c.kernel_w};
}

}  // namespace

Desc conv_weights(const ConvSpec& c, std::int64_t row) {
  const std::int64_t tap = row * (c.in_c / c.groups);
  if (c.groups == 1) return strided(weights_dims(c), {1, row, c.kernel_w * tap, tap});
  return strided(weights_dims(c), {c.out_c / c.groups, 1, row, c.kernel_w * tap, tap});
}

ConvProblem conv_problem(const ConvSlice& slice, bool training) {
  const ConvSpec& c = slice.conv;
  ConvProblem p;
  p.src = image(c.batch, c.in_c, c.in_h, c.in_w);
  p.weights = conv_weights(c);
  p.weights_dims = weights_dims(c);
  if (c.bias) p.bias = strided({c.out_c}, {1});
  p.dst = image(c.batch, c.out_c, c.out_h, c.out_w);
  p.stride = {c.stride_h, c.stride_w};
  p.dilation = {c.dilation_h, c.dilation_w};
  p.padding = {c.pad_h, c.pad_w};
  p.padding_after = {slice.pad_below, c.pad_w};
  p.training = training;
  return p;
}

}  // namespace lehr::cpu::onednn
