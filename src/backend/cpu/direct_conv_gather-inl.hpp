// Forward and backward to the data: see direct_conv_plan.hpp for what a gather is. A register tile holds a
// few positions times one or two vectors of channels.
#if defined(LEHR_BACKEND_CPU_DIRECT_CONV_GATHER_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_DIRECT_CONV_GATHER_INL_HPP_
#undef LEHR_BACKEND_CPU_DIRECT_CONV_GATHER_INL_HPP_
#else
#define LEHR_BACKEND_CPU_DIRECT_CONV_GATHER_INL_HPP_
#endif

#include "backend/cpu/direct_conv_simd.hpp"
#include "backend/cpu/direct_conv_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// What all tiles of one class and one panel of channels share.
struct GatherPanel {
  const GatherArgs& args;
  const GatherClass& group;
  std::int64_t first;     ///< channel
  std::int64_t channels;  ///< in this panel
};

/// One step of the dot products of a tile: row `w` of the weight, elements at `i` of every position.
template <int positions, int vectors, int split>
HWY_INLINE void gather_step(const float* const (&x)[positions], std::int64_t i, const float* w,
                            Vector (&sums)[positions][vectors]) {
  const Floats d;
  Vector weight[vectors];
  HWY_UNROLL(2)
  for (int v = 0; v < vectors; ++v) weight[v] = hn::LoadU(d, w + v * vector_lanes);
  HWY_UNROLL(8)
  for (int p = 0; p < positions; ++p) {
    const Vector element = broadcast<split>(x[p] + i);
    HWY_UNROLL(2)
    for (int v = 0; v < vectors; ++v) sums[p][v] = hn::MulAdd(element, weight[v], sums[p][v]);
  }
}

template <int positions, int vectors, int split>
HWY_INLINE void gather_store(const GatherPanel& panel, const Position* at,
                             const Vector (&sums)[positions][vectors]) {
  const Floats d;
  const Vector floor = hn::Set(d, panel.args.floor);
  const bool whole = split == 1 && panel.channels == vectors * vector_lanes;
  HWY_UNROLL(2)
  for (int v = 0; v < vectors; ++v) {
    const std::int64_t left = panel.channels - v * vector_lanes;
    const std::int64_t channel = panel.first + v * vector_lanes;
    const Vector bias =
        panel.args.bias == nullptr ? hn::Zero(d) : load_first(panel.args.bias + channel, left);
    HWY_UNROLL(8)
    for (int p = 0; p < positions; ++p) {
      // The order of the operands lets NaN through.
      const Vector y = hn::Max(floor, hn::Add(fold<split>(sums[p][v]), bias));
      float* to = panel.args.target + at[p].target + channel;
      if (whole) {
        hn::StoreU(y, d, to);
      } else {
        store_first(y, to, left);
      }
    }
  }
}

template <int positions, int vectors, int split>
HWY_NOINLINE void gather_tile(const GatherPanel& panel, const Position* at) {
  // Each sum is a chain of dependent additions: a small tile runs two chains at once to hide their latency.
  constexpr bool two_chains = positions * vectors <= 8;
  const Floats d;
  const float* x[positions];
  Vector sums[positions][vectors];
  Vector other[positions][vectors];
  HWY_UNROLL(8)
  for (int p = 0; p < positions; ++p) {
    x[p] = panel.args.source + at[p].source;
    HWY_UNROLL(2)
    for (int v = 0; v < vectors; ++v) sums[p][v] = other[p][v] = hn::Zero(d);
  }
  const std::int64_t stride = panel.args.weight_row;
  for (const Run& run : panel.group.runs) {
    const float* w = panel.args.weights + run.row * stride + panel.first;
    std::int64_t i = run.source;
    const std::int64_t end = i + run.steps * split;
    if constexpr (two_chains) {
      for (; i + split < end; i += 2 * split, w += 2 * stride) {
        gather_step<positions, vectors, split>(x, i, w, sums);
        gather_step<positions, vectors, split>(x, i + split, w + stride, other);
      }
    }
    for (; i < end; i += split, w += stride) gather_step<positions, vectors, split>(x, i, w, sums);
  }
  if constexpr (two_chains) {
    HWY_UNROLL(8)
    for (int p = 0; p < positions; ++p) {
      HWY_UNROLL(2)
      for (int v = 0; v < vectors; ++v) sums[p][v] = hn::Add(sums[p][v], other[p][v]);
    }
  }
  gather_store<positions, vectors, split>(panel, at, sums);
}

template <int vectors, int split>
void gather_panel(const GatherPanel& panel) {
  constexpr int most = many_registers ? 8 : 6;
  const Position* at = panel.group.positions.data();
  std::int64_t left = panel.group.per_image * panel.args.images;
  for (; left >= most; left -= most, at += most) gather_tile<most, vectors, split>(panel, at);
  for (; left >= 4; left -= 4, at += 4) gather_tile<4, vectors, split>(panel, at);
  for (; left >= 2; left -= 2, at += 2) gather_tile<2, vectors, split>(panel, at);
  if (left > 0) gather_tile<1, vectors, split>(panel, at);
}

inline void gather(const GatherArgs& args) {
  const std::int64_t channels = args.plan.channels;
  for (std::int64_t first = 0; first < channels; first += 2 * vector_lanes) {
    for (const GatherClass& group : args.plan.classes) {
      const GatherPanel panel{args, group, first, std::min(channels - first, 2 * vector_lanes)};
      if (args.plan.split == 4) {
        gather_panel<1, 4>(panel);
      } else if (args.plan.split == 2) {
        gather_panel<1, 2>(panel);
      } else if (panel.channels <= vector_lanes) {
        gather_panel<1, 1>(panel);
      } else {
        gather_panel<2, 1>(panel);
      }
    }
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
