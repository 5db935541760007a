#include <algorithm>
#include <cstring>

#include "backend/cpu/onednn_conv_pass.hpp"
#include "backend/cpu/onednn_conv_problem.hpp"

namespace lehr::cpu::onednn {
namespace {

std::int64_t weight_count(const ConvSpec& c) {
  return c.kernel_h * c.kernel_w * (c.in_c / c.groups) * c.out_c;
}
std::int64_t pixel_count(const ConvSpec& c) { return c.batch * c.out_h * c.out_w; }

constexpr std::int64_t channel_block = 16;  // a vector of AVX-512

/// Each image slice except the first writes a gradient of all weights. Channel slices together copy
/// the output's gradient once.
bool channels_move_fewer_bytes(const ConvSpec& c, int parts) {
  return c.groups == 1 && c.out_c >= 2 * channel_block &&
         (parts - 1) * weight_count(c) > pixel_count(c) * c.out_c;
}

/// The number of image slices for which the workspace is not larger than the output.
int slices_of_images(const ConvSpec& c, int parts) {
  constexpr std::int64_t little = 1 << 16;
  const std::int64_t room = std::max(little, pixel_count(c) * c.out_c);
  return static_cast<int>(std::min<std::int64_t>(parts, 1 + room / weight_count(c)));
}

std::size_t bytes(std::int64_t floats) { return sizeof(float) * static_cast<std::size_t>(floats); }

float* floats_at(std::byte* workspace, std::size_t offset) {
  return reinterpret_cast<float*>(workspace + offset);
}

/// sum[i] += more[i], on several threads.
void add_up(float* sum, const float* more, std::int64_t count) {
  constexpr std::int64_t grain = 1 << 14;
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) sum[i] += more[i];
  });
}

}  // namespace

ConvWeights::ConvWeights(const ConvSpec& conv, int parts, WorkspaceOffsets& offsets)
    : by_channels_(channels_move_fewer_bytes(conv, parts)), pixels_(pixel_count(conv)), out_c_(conv.out_c) {
  if (by_channels_) {
    prepare_channels(conv, std::min<std::int64_t>(parts, conv.out_c / channel_block), offsets);
    return;
  }
  if (!prepare_images(conv, slices_of_images(conv, parts))) prepare_images(conv, 1);
  place_images(conv, offsets);
}

// Returns false if the slices need different layouts of the gradient.
bool ConvWeights::prepare_images(const ConvSpec& conv, int parts) {
  slices_.clear();
  for (const ConvSlice& cut : slices_of_output(conv, parts)) {
    const ConvProblem p = conv_problem(cut, true);
    const Choice choice = conv_backward_weights(p, slices_.empty() ? nullptr : &weights_);
    if (slices_.empty()) {
      weights_ = choice.weights;
      implementation_ = choice.implementation;
    } else if (choice.weights != weights_) {
      return false;
    }
    slices_.push_back({.call = Call(choice, {{DNNL_ARG_SRC, p.src},
                                             {DNNL_ARG_DIFF_DST, p.dst},
                                             {DNNL_ARG_DIFF_WEIGHTS, choice.weights},
                                             {DNNL_ARG_DIFF_BIAS, p.bias}}),
                       .in_offset = cut.in_offset,
                       .out_offset = cut.out_offset});
  }
  return true;
}

void ConvWeights::place_images(const ConvSpec& conv, WorkspaceOffsets& offsets) {
  order_ = WeightsOrder(weights_, conv_weights(conv), offsets);
  for (Slice& slice : slices_) {
    const bool first = &slice == &slices_.front();
    if (!first || order_) slice.weights = offsets.take(weights_.get_size());
    if (!first && conv.bias) slice.bias = offsets.take(bytes(conv.out_c));
    slice.scratchpad = offsets.take(slice.call.scratchpad_bytes());
  }
}

void ConvWeights::prepare_channels(const ConvSpec& conv, std::int64_t parts, WorkspaceOffsets& offsets) {
  const std::int64_t blocks = conv.out_c / channel_block;
  for (std::int64_t part = 0; part < parts; ++part) {
    Slice& slice = slices_.emplace_back();
    slice.channel = blocks * part / parts * channel_block;
    const std::int64_t end = part + 1 == parts ? conv.out_c : blocks * (part + 1) / parts * channel_block;
    slice.channels = end - slice.channel;
    ConvSlice cut{.conv = conv, .pad_below = conv.pad_h};
    cut.conv.out_c = slice.channels;
    const ConvProblem p = conv_problem(cut, true);
    const Choice choice = conv_backward_weights(p, nullptr);
    if (part == 0) implementation_ = choice.implementation;
    slice.call = Call(choice, {{DNNL_ARG_SRC, p.src},
                               {DNNL_ARG_DIFF_DST, p.dst},
                               {DNNL_ARG_DIFF_WEIGHTS, choice.weights},
                               {DNNL_ARG_DIFF_BIAS, p.bias}});
    const Desc to = conv_weights(cut.conv, conv.out_c);
    slice.order = Call(reorder(choice.weights, to), {{DNNL_ARG_FROM, choice.weights}, {DNNL_ARG_TO, to}});
    slice.delta = offsets.take(bytes(pixels_ * slice.channels));
    slice.weights = offsets.take(choice.weights.get_size());
    slice.scratchpad = offsets.take(std::max(slice.call.scratchpad_bytes(), slice.order.scratchpad_bytes()));
  }
}

void ConvWeights::run(const float* input, const float* delta, float* weights_grad, float* bias_grad,
                      std::byte* workspace) {
  if (by_channels_) return run_channels(input, delta, weights_grad, bias_grad, workspace);
  run_images(input, delta, weights_grad, bias_grad, workspace);
}

void ConvWeights::run_images(const float* input, const float* delta, float* weights_grad, float* bias_grad,
                             std::byte* workspace) {
  const auto weights_of = [&](const Slice& slice) {
    return &slice == &slices_.front() && !order_ ? weights_grad : floats_at(workspace, slice.weights);
  };
  const auto bias_of = [&](const Slice& slice) {
    return &slice == &slices_.front() ? bias_grad : floats_at(workspace, slice.bias);
  };
  run_slices(slices_.size(), [&](std::size_t i) {
    Slice& slice = slices_[i];
    slice.call.run({input + slice.in_offset, delta + slice.out_offset, weights_of(slice), bias_of(slice),
                    workspace + slice.scratchpad});
  });
  float* const sum = weights_of(slices_.front());
  const auto count = static_cast<std::int64_t>(weights_.get_size() / sizeof(float));
  for (std::size_t i = 1; i < slices_.size(); ++i) {
    add_up(sum, weights_of(slices_[i]), count);
    if (bias_grad != nullptr) add_up(bias_grad, bias_of(slices_[i]), out_c_);
  }
  if (order_) order_.run(sum, weights_grad, workspace);
}

void ConvWeights::run_channels(const float* input, const float* delta, float* weights_grad, float* bias_grad,
                               std::byte* workspace) {
  run_slices(slices_.size(), [&](std::size_t i) {
    Slice& slice = slices_[i];
    float* const own = floats_at(workspace, slice.delta);
    for (std::int64_t pixel = 0; pixel < pixels_; ++pixel) {
      std::memcpy(own + pixel * slice.channels, delta + pixel * out_c_ + slice.channel,
                  bytes(slice.channels));
    }
    std::byte* const scratchpad = workspace + slice.scratchpad;
    float* const bias = bias_grad == nullptr ? nullptr : bias_grad + slice.channel;
    slice.call.run({input, own, workspace + slice.weights, bias, scratchpad});
    slice.order.run({workspace + slice.weights, weights_grad + slice.channel, scratchpad});
  });
}

}  // namespace lehr::cpu::onednn
