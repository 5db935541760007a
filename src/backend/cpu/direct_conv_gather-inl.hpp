// The forward pass and the gradient of the input. See direct_conv_plan.hpp for the term gather. A
// register tile contains a few positions times one or two vectors of channels.
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

/// The data shared by all tiles of one class and one panel of channels.
struct GatherPanel {
  const GatherArgs& args;
  const GatherClass& group;
  std::int64_t first;     ///< channel
  std::int64_t channels;  ///< in this panel
};

/// One step of the dot products of a tile: row `w` of the weight times the elements at `i` of every
/// position.
template <int positions, int vectors, int split>
HWY_INLINE void gather_step(const float* const (&x)[positions], std::int64_t i, const float* w,
                            Vector (&sums)[positions][vectors]) {
  const Floats d;
  Vector weight[vectors];
  HWY_UNROLL(2)
  for (int v = 0; v < vectors; ++v) weight[v] = hn::LoadU(d, w + v * vector_lanes);
  HWY_UNROLL(12)
  for (int p = 0; p < positions; ++p) {
    const Vector element = broadcast<split>(x[p] + i);
    HWY_UNROLL(2)
    for (int v = 0; v < vectors; ++v) sums[p][v] = hn::MulAdd(element, weight[v], sums[p][v]);
  }
}

/// Half a vector of channels per position: two positions are folded into one vector.
template <int positions>
HWY_INLINE void gather_store_halves(const GatherPanel& panel, const Position* at,
                                    const Vector (&sums)[positions][1]) {
#if HWY_TARGET != HWY_SCALAR
  const Floats d;
  const hn::Half<Floats> half;
  const Vector floor = hn::Set(d, panel.args.floor);
  float* const target = panel.args.target;
  Vector bias = hn::Zero(d);
  if (panel.args.bias != nullptr) {
    bias = load_first(panel.args.bias, vector_lanes / 2);
    bias = hn::ConcatLowerLower(d, bias, bias);
  }
  HWY_UNROLL(12)
  for (int p = 0; p < positions; p += 2) {
    const int q = p + 1 < positions ? p + 1 : p;
    const Vector even = hn::ConcatEven(d, sums[q][0], sums[p][0]);
    const Vector odd = hn::ConcatOdd(d, sums[q][0], sums[p][0]);
    const Vector y = hn::Max(floor, hn::Add(hn::Add(even, odd), bias));
    hn::StoreU(hn::LowerHalf(half, y), half, target + at[p].target);
    if (q != p) hn::StoreU(hn::UpperHalf(half, y), half, target + at[q].target);
  }
#endif
}

/// Adds the bias and applies the floor. The operands of Max are ordered so that NaN passes through.
template <int positions, int vectors, int split>
HWY_INLINE void gather_store(const GatherPanel& panel, const Position* at,
                             const Vector (&sums)[positions][vectors]) {
  if constexpr (split == 2) {
    if (panel.channels == vector_lanes / 2) return gather_store_halves(panel, at, sums);
  }
  const Floats d;
  const Vector floor = hn::Set(d, panel.args.floor);
  float* const target = panel.args.target + panel.first;
  const std::int64_t channels = panel.channels;
  const float* const bias = panel.args.bias == nullptr ? nullptr : panel.args.bias + panel.first;
  HWY_UNROLL(2)
  for (int v = 0; v < vectors; ++v) {
    const std::int64_t left = channels - v * vector_lanes;
    const Vector shift = bias == nullptr ? hn::Zero(d) : load_first(bias + v * vector_lanes, left);
    HWY_UNROLL(12)
    for (int p = 0; p < positions; ++p) {
      const Vector y = hn::Max(floor, hn::Add(fold<split>(sums[p][v]), shift));
      store_first(y, target + at[p].target + v * vector_lanes, left);
    }
  }
}

/// Each sum is a chain of dependent additions. A small tile runs two chains at once to hide their
/// latency.
constexpr bool wants_two_chains(int positions, int vectors) { return positions * vectors < 8; }

template <int positions, int vectors, int split, bool two_chains>
HWY_NOINLINE void gather_tile(const GatherPanel& panel, const Position* at) {
  const Floats d;
  const float* x[positions];
  Vector sums[positions][vectors];
  Vector other[positions][vectors];
  HWY_UNROLL(12)
  for (int p = 0; p < positions; ++p) {
    x[p] = panel.args.source + at[p].source;
    HWY_UNROLL(2)
    for (int v = 0; v < vectors; ++v) sums[p][v] = other[p][v] = hn::Zero(d);
  }
  const float* const w = panel.args.weights + panel.first;
  const Step* step = panel.group.steps.data();
  const Step* const end = step + panel.group.steps.size();
  if constexpr (two_chains) {
    for (; end - step >= 2; step += 2) {
      gather_step<positions, vectors, split>(x, step[0].source, w + step[0].weight, sums);
      gather_step<positions, vectors, split>(x, step[1].source, w + step[1].weight, other);
    }
    if (step != end) gather_step<positions, vectors, split>(x, step->source, w + step->weight, sums);
    HWY_UNROLL(12)
    for (int p = 0; p < positions; ++p) {
      HWY_UNROLL(2)
      for (int v = 0; v < vectors; ++v) sums[p][v] = hn::Add(sums[p][v], other[p][v]);
    }
  } else {
    for (; step != end; ++step) {
      gather_step<positions, vectors, split>(x, step->source, w + step->weight, sums);
    }
  }
  gather_store<positions, vectors, split>(panel, at, sums);
}

/// Positions in a tile: as many as fit in the registers, because each tile loads each row of the weight once.
template <int vectors>
constexpr int most_positions = many_registers ? (vectors == 1 ? 12 : 8) : 6;

/// A tile of the positions that full tiles leave over.
template <int positions, int vectors, int split>
HWY_INLINE void gather_rest(const GatherPanel& panel, const Position* at) {
  constexpr bool fastest = wants_two_chains(positions, vectors);
  constexpr bool as_in_full_tiles = wants_two_chains(most_positions<vectors>, vectors);
  if constexpr (fastest != as_in_full_tiles) {
    if (panel.args.same_order) return gather_tile<positions, vectors, split, as_in_full_tiles>(panel, at);
  }
  gather_tile<positions, vectors, split, fastest>(panel, at);
}

template <int vectors, int split>
void gather_panel(const GatherPanel& panel) {
  constexpr int most = most_positions<vectors>;
  const Position* at = panel.group.positions.data();
  std::int64_t left = panel.group.per_image * panel.args.images;
  for (; left >= most; left -= most, at += most) {
    gather_tile<most, vectors, split, wants_two_chains(most, vectors)>(panel, at);
  }
  if constexpr (most > 8) {
    for (; left >= 8; left -= 8, at += 8) gather_rest<8, vectors, split>(panel, at);
  }
  for (; left >= 4; left -= 4, at += 4) gather_rest<4, vectors, split>(panel, at);
  for (; left >= 2; left -= 2, at += 2) gather_rest<2, vectors, split>(panel, at);
  if (left > 0) gather_rest<1, vectors, split>(panel, at);
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
