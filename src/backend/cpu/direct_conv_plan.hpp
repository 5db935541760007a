#pragma once

#include <cstdint>
#include <vector>

#include "lehr/backend/conv_spec.hpp"

namespace lehr::cpu {

/// What a direct convolution computes, worked out once from the extents; offsets are in floats.
///
/// Every pass is a small dense product without an im2col copy. A *gather* (forward, and backward to the data)
/// computes one row of channels a pixel: the sum over source elements times rows of a packed weight. An
/// *outer* pass (backward to the weights) sums outer products of a run of the input with a row of the
/// output's gradient. Where a row has fewer channels than a vector has lanes, `split` neighbouring elements
/// of the run share one vector: lane n * split + s holds channel n's part of element s.

/// Where one output position reads and writes, relative to the first image of a chunk.
struct Position {
  std::int32_t source = 0;
  std::int32_t target = 0;
};

/// One step of a gather: `split` elements of the source, relative to the position's, and the packed weight
/// row that they are multiplied with.
struct Step {
  std::int32_t source = 0;
  std::int32_t weight = 0;  ///< in floats
  friend auto operator<=>(const Step&, const Step&) = default;
};

/// All the positions of a chunk, image after image, that take the same steps: padding is skipped, not
/// multiplied.
struct GatherClass {
  std::vector<Step> steps;
  std::vector<Position> positions;
  std::int64_t per_image = 0;
};

struct GatherPlan {
  std::int64_t channels = 0;  ///< written a position
  std::int64_t split = 1;
  std::int64_t rows = 0;        ///< of the packed weight
  std::int64_t row_floats = 0;  ///< of the packed weight, a multiple of the lanes
  std::vector<GatherClass> classes;
};

/// Rows of the weight's gradient that are summed over the same positions: `lines` equally spaced runs of the
/// input, each of `steps` rows.
struct OuterBlock {
  std::int32_t source = 0;  ///< relative to each position's source
  std::int32_t row = 0;     ///< first packed row
  std::int32_t steps = 0;
  std::size_t positions = 0;  ///< index into OuterPlan::positions
  std::int32_t lines = 1;
  std::int32_t line_source = 0;  ///< from one line to the next, in the source
  std::int32_t line_rows = 0;    ///< the same in the packed rows
};

struct OuterPlan {
  std::int64_t channels = 0;
  std::int64_t split = 1;
  std::int64_t rows = 0;
  std::int64_t row_floats = 0;
  std::vector<OuterBlock> blocks;
  std::vector<std::vector<Position>> positions;  ///< each for a whole chunk, image after image
  std::vector<std::int64_t> per_image;           ///< positions of each list an image
};

/// How the taps of a window become packed rows: tap (kh, kw) of the weight starts at row[kh * kernel_w + kw]
/// in elements (before the division by split).
struct PackedTaps {
  std::vector<std::int64_t> element;
  std::int64_t elements = 0;
};

/// One pixel's extents in the buffers that a pass reads: the input itself, or its zero-padded copy.
struct SourceImage {
  std::int64_t h = 0, w = 0, pixel = 0;  ///< rows, pixels a row, floats a pixel
  std::int64_t pad_h = 0, pad_w = 0;     ///< what is left of the convolution's padding
  std::int64_t floats = 0;               ///< from one image to the next
};

class DirectConvPlan {
 public:
  /// `lanes` floats make a vector.
  DirectConvPlan(const ConvSpec& conv, std::int64_t lanes);

  /// Images with few channels are first copied with their padding, so that all pixels are of one class.
  bool padded_copy = false;
  SourceImage source;
  std::int64_t chunk = 1;       ///< images worked on together, small enough for the caches
  std::int64_t parts = 1;       ///< ranges of the batch, one a thread
  std::int64_t grad_row = 0;    ///< floats a pixel of the output's gradient as backward keeps it
  std::int64_t spread_row = 0;  ///< the same for the outer pass, where each channel stands `split` times
  PackedTaps forward_taps;
  PackedTaps data_taps;
  GatherPlan forward;
  GatherPlan data;
  OuterPlan weights;

 private:
  void choose_source(const ConvSpec& conv);
  void choose_chunk(const ConvSpec& conv);
  void pack_forward_taps(const ConvSpec& conv);
  void pack_data_taps(const ConvSpec& conv);
  void plan_forward(const ConvSpec& conv);
  void plan_data(const ConvSpec& conv);
  void plan_weights(const ConvSpec& conv);

  std::int64_t lanes_;
};

}  // namespace lehr::cpu
