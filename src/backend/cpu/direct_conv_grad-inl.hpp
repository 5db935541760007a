// The output's gradient before its activation, and the transposed weight: what backward prepares.
#if defined(LEHR_BACKEND_CPU_DIRECT_CONV_GRAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_DIRECT_CONV_GRAD_INL_HPP_
#undef LEHR_BACKEND_CPU_DIRECT_CONV_GRAD_INL_HPP_
#else
#define LEHR_BACKEND_CPU_DIRECT_CONV_GRAD_INL_HPP_
#endif

#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/direct_conv_simd.hpp"
#include "backend/cpu/direct_conv_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// One vector of channels over all pixels.
template <ActivationKind kind, bool whole>
HWY_INLINE void output_grad_column(const OutputGradArgs& a, std::int64_t channel) {
  const Floats d;
  const std::int64_t left = a.channels - channel;
  const auto load = [&](const float* from)
                        HWY_ATTR { return whole ? hn::LoadU(d, from) : load_first(from, left); };
  Vector sum = hn::Zero(d);
  const float* grad = a.output_grad + channel;
  const float* output = a.output == nullptr ? grad : a.output + channel;
  for (std::int64_t pixel = 0; pixel < a.pixels; ++pixel, grad += a.channels, output += a.channels) {
    Vector g = load(grad);
    if constexpr (kind != ActivationKind::none) g = activation_grad<kind>(d, load(output), g, a.activation);
    sum = hn::Add(sum, g);
    if (a.rows != nullptr) {
      float* row = a.rows + pixel * a.row_floats + channel;
      if (whole || a.row_floats > a.channels) {
        hn::StoreU(g, d, row);
      } else {
        store_first(g, row, left);
      }
    }
    if (a.spread != nullptr) {
      hn::StoreU(spread(g, a.split), d, a.spread + pixel * a.spread_floats);
    }
  }
  if (a.bias_sums != nullptr) {
    float* to = a.bias_sums + channel;
    hn::StoreU(a.add ? hn::Add(hn::LoadU(d, to), sum) : sum, d, to);
  }
}

inline void output_grad(const OutputGradArgs& args) {
  with_activation(args.activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    std::int64_t channel = 0;
    for (; channel + vector_lanes <= args.channels; channel += vector_lanes) {
      output_grad_column<kind, true>(args, channel);
    }
    if (channel < args.channels) output_grad_column<kind, false>(args, channel);
  });
}

inline void activate_in_place(const FusedActivation& activation, float* data, std::int64_t count) {
  const Floats d;
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    for (std::int64_t i = 0; i < count; i += vector_lanes) {
      const Vector x = load_first(data + i, count - i);
      store_first(activate<kind>(d, x, activation), data + i, count - i);
    }
  });
}

#if HWY_TARGET == HWY_SCALAR
constexpr std::int64_t transposed_at_once = 1;
HWY_INLINE void transpose_block(const float* from, std::int64_t, std::int64_t, std::int64_t, float* to) {
  *to = *from;
}
#else
constexpr std::int64_t transposed_at_once = 4;
/// Four input channels by four output channels: to[o][i * split + s] for rows o of `split` output channels.
HWY_INLINE void transpose_block(const float* from, std::int64_t out_c, std::int64_t split,
                                std::int64_t row_floats, float* to) {
  const hn::FixedTag<float, 4> d;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + out_c);
  const auto c = hn::LoadU(d, from + 2 * out_c);
  const auto e = hn::LoadU(d, from + 3 * out_c);
  if (split == 4) {
    hn::StoreU(a, d, to);
    hn::StoreU(b, d, to + 4);
    hn::StoreU(c, d, to + 8);
    hn::StoreU(e, d, to + 12);
  } else if (split == 2) {
    hn::StoreU(hn::ConcatLowerLower(d, b, a), d, to);
    hn::StoreU(hn::ConcatLowerLower(d, e, c), d, to + 4);
    hn::StoreU(hn::ConcatUpperUpper(d, b, a), d, to + row_floats);
    hn::StoreU(hn::ConcatUpperUpper(d, e, c), d, to + row_floats + 4);
  } else {
    const auto ac_low = hn::InterleaveLower(d, a, c);
    const auto be_low = hn::InterleaveLower(d, b, e);
    const auto ac_high = hn::InterleaveUpper(d, a, c);
    const auto be_high = hn::InterleaveUpper(d, b, e);
    hn::StoreU(hn::InterleaveLower(d, ac_low, be_low), d, to);
    hn::StoreU(hn::InterleaveUpper(d, ac_low, be_low), d, to + row_floats);
    hn::StoreU(hn::InterleaveLower(d, ac_high, be_high), d, to + 2 * row_floats);
    hn::StoreU(hn::InterleaveUpper(d, ac_high, be_high), d, to + 3 * row_floats);
  }
}

#endif

inline void transpose_tap(const float* tap, std::int64_t in_c, std::int64_t out_c, std::int64_t split,
                          std::int64_t row_floats, float* packed) {
  constexpr std::int64_t block = transposed_at_once;
  const std::int64_t whole_in = in_c / block * block;
  const std::int64_t whole_out = out_c / block * block;
  for (std::int64_t o = 0; o < whole_out; o += block) {
    for (std::int64_t i = 0; i < whole_in; i += block) {
      transpose_block(tap + i * out_c + o, out_c, split, row_floats,
                      packed + o / split * row_floats + i * split);
    }
  }
  for (std::int64_t i = 0; i < in_c; ++i) {
    for (std::int64_t o = i < whole_in ? whole_out : 0; o < out_c; ++o) {
      packed[o / split * row_floats + i * split + o % split] = tap[i * out_c + o];
    }
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
