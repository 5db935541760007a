// Preparations for backward: the output's gradient before its activation, and the transposed
// weight.
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

template <ActivationKind kind>
HWY_INLINE Vector derived(const OutputGradArgs& a, Vector grad, const float* output, std::int64_t count) {
  if constexpr (kind == ActivationKind::none) return grad;
  return activation_grad<kind>(Floats(), load_first(output, count), grad, a.activation);
}

/// A sum over blocks of vectors. Each addition to a long sum would lose more of the added value to
/// rounding.
class BlockedSum {
 public:
  HWY_INLINE BlockedSum() : total_(hn::Zero(Floats())), block_(hn::Zero(Floats())) {}
  HWY_INLINE void add(Vector v) {
    block_ = hn::Add(block_, v);
    if (++count_ % block == 0) close();
  }
  HWY_INLINE Vector total() {
    close();
    return total_;
  }

 private:
  static constexpr std::int64_t block = 64;
  HWY_INLINE void close() {
    total_ = hn::Add(total_, block_);
    block_ = hn::Zero(Floats());
  }
  Vector total_;
  Vector block_;
  std::int64_t count_ = 0;
};

/// One vector of channels over all pixels, written as rows.
template <ActivationKind kind>
HWY_INLINE void output_grad_column(const OutputGradArgs& a, std::int64_t channel) {
  const Floats d;
  const std::int64_t left = a.channels - channel;
  const float* grad = a.output_grad + channel;
  const float* output = a.output + channel;
  float* row = a.rows == nullptr ? nullptr : a.rows + channel;
  BlockedSum sum;
  for (std::int64_t pixel = 0; pixel < a.pixels; ++pixel) {
    const Vector g = derived<kind>(a, load_first(grad, left), output, left);
    sum.add(g);
    if (row != nullptr) {
      hn::StoreU(g, d, row);
      row += a.row_floats;
    }
    grad += a.channels;
    output += a.channels;
  }
  if (a.bias_sums != nullptr) {
    float* to = a.bias_sums + channel;
    const Vector all = sum.total();
    hn::StoreU(a.add ? hn::Add(hn::LoadU(d, to), all) : all, d, to);
  }
}

#if HWY_TARGET != HWY_SCALAR
/// Channels of several pixels in one vector. Writes rows without gaps, the spread form, or both.
template <ActivationKind kind>
HWY_INLINE void output_grad_spread(const OutputGradArgs& a) {
  const Floats d;
  const std::int64_t at_once = a.channels * a.split == vector_lanes ? a.split : 1;  // pixels per vector
  decltype(spread_lanes(0, 1)) lanes[4] = {spread_lanes(0, a.split), spread_lanes(a.channels, a.split),
                                           spread_lanes(2 * a.channels, a.split),
                                           spread_lanes(3 * a.channels, a.split)};
  BlockedSum sum;
  for (std::int64_t pixel = 0; pixel < a.pixels; pixel += at_once) {
    const std::int64_t now = std::min(at_once, a.pixels - pixel);
    const std::int64_t at = pixel * a.channels;
    const std::int64_t count = now * a.channels;
    const Vector g = derived<kind>(a, load_first(a.output_grad + at, count), a.output + at, count);
    sum.add(g);
    if (a.rows != nullptr) store_first(g, a.rows + at, count);
    if (a.spread == nullptr) continue;
    float* to = a.spread + pixel * a.spread_floats;
    for (std::int64_t i = 0; i < now; ++i) {
      hn::StoreU(hn::TableLookupLanes(g, lanes[i]), d, to + i * a.spread_floats);
    }
  }
  if (a.bias_sums == nullptr) return;
  HWY_ALIGN float sums[vector_lanes];
  hn::Store(sum.total(), d, sums);
  for (std::int64_t channel = 0; channel < a.channels; ++channel) {
    float total = a.add ? a.bias_sums[channel] : 0;
    for (std::int64_t i = 0; i < at_once; ++i) total += sums[i * a.channels + channel];
    a.bias_sums[channel] = total;
  }
}
#endif

inline void output_grad(const OutputGradArgs& args) {
  with_activation(args.activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
#if HWY_TARGET != HWY_SCALAR
    if (args.split > 1) return output_grad_spread<kind>(args);
#endif
    for (std::int64_t channel = 0; channel < args.channels; channel += vector_lanes) {
      output_grad_column<kind>(args, channel);
    }
  });
}

inline void copy_rows(const float* from, std::int64_t from_stride, float* to, std::int64_t to_stride,
                      std::int64_t rows, std::int64_t floats) {
  const Floats d;
  const std::int64_t whole = floats / vector_lanes * vector_lanes;
  for (std::int64_t row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
    for (std::int64_t i = 0; i < whole; i += vector_lanes) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
    if (whole < floats) store_first(load_first(from + whole, floats - whole), to + whole, floats - whole);
  }
}

inline void add_floats(const float* from, float* to, std::int64_t count) {
  const Floats d;
  std::int64_t i = 0;
  for (; i + vector_lanes <= count; i += vector_lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::LoadU(d, from + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += from[i];
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
/// Four input channels i by four output channels o. Each element goes to row o / split, column
/// i * split + o % split.
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
