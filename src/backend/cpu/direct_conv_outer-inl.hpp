// The gradient of the weight. See direct_conv_plan.hpp for the term outer pass. A register tile
// contains a few rows of the weight's gradient over all positions of a chunk.
#if defined(LEHR_BACKEND_CPU_DIRECT_CONV_OUTER_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_DIRECT_CONV_OUTER_INL_HPP_
#undef LEHR_BACKEND_CPU_DIRECT_CONV_OUTER_INL_HPP_
#else
#define LEHR_BACKEND_CPU_DIRECT_CONV_OUTER_INL_HPP_
#endif

#include "backend/cpu/direct_conv_simd.hpp"
#include "backend/cpu/direct_conv_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

struct OuterTile {
  const float* source;  ///< of the chunk
  const float* grad;    ///< first channel of the panel
  const Position* at;
  std::int64_t count;
  std::int64_t offset;  ///< of the first row's element in the source
  std::int64_t line_source;
  std::int64_t line_sums;
  float* sums;
  std::int64_t row_floats;
  bool add;
};

template <int lines, int steps, int vectors, int split>
HWY_NOINLINE void outer_tile(const OuterTile& shared) {
  const OuterTile tile = shared;
  const Floats d;
  Vector sums[lines][steps][vectors];
  HWY_UNROLL(8)
  for (int line = 0; line < lines; ++line) {
    HWY_UNROLL(16)
    for (int step = 0; step < steps; ++step) {
      HWY_UNROLL(2)
      for (int v = 0; v < vectors; ++v) {
        const float* from = tile.sums + line * tile.line_sums + step * tile.row_floats + v * vector_lanes;
        sums[line][step][v] = tile.add ? hn::LoadU(d, from) : hn::Zero(d);
      }
    }
  }
  for (const Position *at = tile.at, *end = at + tile.count; at != end; ++at) {
    Vector grad[vectors];
    HWY_UNROLL(2)
    for (int v = 0; v < vectors; ++v) grad[v] = hn::LoadU(d, tile.grad + at->target + v * vector_lanes);
    const float* x = tile.source + (at->source + tile.offset);
    HWY_UNROLL(8)
    for (int line = 0; line < lines; ++line, x += tile.line_source) {
      HWY_UNROLL(16)
      for (int step = 0; step < steps; ++step) {
        const Vector element = broadcast<split>(x + step * split);
        HWY_UNROLL(2)
        for (int v = 0; v < vectors; ++v) {
          sums[line][step][v] = hn::MulAdd(element, grad[v], sums[line][step][v]);
        }
      }
    }
  }
  HWY_UNROLL(8)
  for (int line = 0; line < lines; ++line) {
    HWY_UNROLL(16)
    for (int step = 0; step < steps; ++step) {
      HWY_UNROLL(2)
      for (int v = 0; v < vectors; ++v) {
        float* to = tile.sums + line * tile.line_sums + step * tile.row_floats + v * vector_lanes;
        hn::StoreU(sums[line][step][v], d, to);
      }
    }
  }
}

/// Runs as many tiles of this size as fit, and advances the tile past them.
template <int steps, int vectors, int split>
HWY_INLINE void outer_steps(OuterTile& tile, std::int64_t& left) {
  for (; left >= steps; left -= steps) {
    outer_tile<1, steps, vectors, split>(tile);
    tile.offset += steps * split;
    tile.sums += steps * tile.row_floats;
  }
}

/// One long run.
template <int vectors, int split>
void outer_run(OuterTile tile, std::int64_t steps) {
  constexpr int most = (many_registers ? 16 : 8) / vectors;
  if constexpr (most >= 16) outer_steps<16, vectors, split>(tile, steps);
  if constexpr (most >= 8) outer_steps<8, vectors, split>(tile, steps);
  outer_steps<4, vectors, split>(tile, steps);
  outer_steps<2, vectors, split>(tile, steps);
  outer_steps<1, vectors, split>(tile, steps);
}

template <int lines, int steps, int split>
HWY_INLINE void outer_take_lines(OuterTile& tile, std::int64_t& left) {
  if constexpr (lines * steps <= (many_registers ? 25 : 12)) {
    for (; left >= lines; left -= lines) {
      outer_tile<lines, steps, 1, split>(tile);
      tile.offset += lines * tile.line_source;
      tile.sums += lines * tile.line_sums;
    }
  }
}

/// Several short runs, all steps of a line in one tile.
template <int steps, int split>
void outer_lines(OuterTile tile, std::int64_t lines) {
  outer_take_lines<5, steps, split>(tile, lines);
  outer_take_lines<3, steps, split>(tile, lines);
  outer_take_lines<2, steps, split>(tile, lines);
  outer_take_lines<1, steps, split>(tile, lines);
}

template <int split>
void outer_block(const OuterTile& tile, const OuterBlock& block, bool two_vectors) {
  if (split == 1 && two_vectors) {
    OuterTile line = tile;
    for (int i = 0; i < block.lines; ++i) {
      outer_run<2, 1>(line, block.steps);
      line.offset += tile.line_source;
      line.sums += tile.line_sums;
    }
    return;
  }
  switch (block.steps) {
    case 1:
      return outer_lines<1, split>(tile, block.lines);
    case 2:
      return outer_lines<2, split>(tile, block.lines);
    case 3:
      return outer_lines<3, split>(tile, block.lines);
    case 4:
      return outer_lines<4, split>(tile, block.lines);
    case 5:
      return outer_lines<5, split>(tile, block.lines);
    case 6:
      return outer_lines<6, split>(tile, block.lines);
    case 7:
      return outer_lines<7, split>(tile, block.lines);
    case 8:
      return outer_lines<8, split>(tile, block.lines);
    default:  // the plan does not join longer lines
      return outer_run<1, split>(tile, block.steps);
  }
}

inline void outer(const OuterArgs& args) {
  const OuterPlan& plan = args.plan;
  for (std::int64_t first = 0; first < plan.row_floats; first += 2 * vector_lanes) {
    const bool two_vectors = plan.row_floats - first >= 2 * vector_lanes;
    for (const OuterBlock& block : plan.blocks) {
      const OuterTile tile{.source = args.source,
                           .grad = args.grad + first,
                           .at = plan.positions[block.positions].data(),
                           .count = plan.per_image[block.positions] * args.images,
                           .offset = block.source,
                           .line_source = block.line_source,
                           .line_sums = block.line_rows * plan.row_floats,
                           .sums = args.sums + block.row * plan.row_floats + first,
                           .row_floats = plan.row_floats,
                           .add = args.add};
      if (plan.split == 4) {
        outer_block<4>(tile, block, false);
      } else if (plan.split == 2) {
        outer_block<2>(tile, block, false);
      } else {
        outer_block<1>(tile, block, two_vectors);
      }
    }
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
