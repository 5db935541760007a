#pragma once

#include <cstdint>
#include <vector>

#include "lehr/backend/conv_spec.hpp"

namespace lehr::cpu {

/// The plan of a direct convolution, computed once from the extents. Offsets are in floats.
///
/// Every pass is a small dense product without an im2col copy. A *gather* (the forward pass and the
/// gradient of the input) computes one row of channels per pixel: the sum over source elements
/// times rows of a packed weight. An *outer* pass (the gradient of the weight) sums outer products
/// of a run of the input with a row of the output's gradient. If a row has fewer channels than a
/// vector has lanes, `split` neighbouring elements of the run share one vector: lane n * split + s
/// is channel n's part of element s.

/// The source and target offsets of one output position, relative to the first image of a chunk.
struct Position {
  std::int32_t source = 0;
  std::int32_t target = 0;
};

/// One step of a gather: `split` elements of the source, relative to the position's source, and the
/// packed weight row to multiply them with.
struct Step {
  std::int32_t source = 0;
  std::int32_t weight = 0;  ///< in floats
  friend auto operator<=>(const Step&, const Step&) = default;
};

/// All positions of a chunk that have the same steps, image after image. Padding is skipped instead
/// of multiplied.
struct GatherClass {
  std::vector<Step> steps;
  std::vector<Position> positions;
  std::int64_t per_image = 0;
};

struct GatherPlan {
  std::int64_t channels = 0;  ///< written per position
  std::int64_t split = 1;
  std::int64_t rows = 0;        ///< of the packed weight
  std::int64_t row_floats = 0;  ///< of the packed weight, a multiple of the lanes
  std::vector<GatherClass> classes;
};

/// Rows of the weight's gradient that are summed over the same positions: `lines` equally spaced
/// runs of the input, with `steps` rows each.
struct OuterBlock {
  std::int32_t source = 0;  ///< relative to each position's source
  std::int32_t row = 0;     ///< first packed row
  std::int32_t steps = 0;
  std::size_t positions = 0;  ///< index into OuterPlan::positions
  std::int32_t lines = 1;
  std::int32_t line_source = 0;  ///< distance from one line to the next in the source
  std::int32_t line_rows = 0;    ///< the same in the packed rows
};

struct OuterPlan {
  std::int64_t channels = 0;
  std::int64_t split = 1;
  std::int64_t rows = 0;
  std::int64_t row_floats = 0;
  std::vector<OuterBlock> blocks;
  std::vector<std::vector<Position>> positions;  ///< one list for a whole chunk, image after image
  std::vector<std::int64_t> per_image;           ///< for each list, the positions per image
};

/// Where the taps of a window are in the packed rows. Tap (kh, kw) of the weight starts at
/// element[kh * kernel_w + kw], in elements (before the division by split).
struct PackedTaps {
  std::vector<std::int64_t> element;
  std::int64_t elements = 0;
};

/// The extents of the buffer that a pass reads: the input itself or its zero-padded copy.
struct SourceImage {
  std::int64_t h = 0, w = 0, pixel = 0;  ///< rows, pixels per row, floats per pixel
  /// The part of the convolution's padding that is not in the buffer.
  std::int64_t pad_h = 0, pad_w = 0;
  std::int64_t floats = 0;  ///< distance from one image to the next
};

class DirectConvPlan {
 public:
  /// `lanes` is the number of floats in a vector.
  DirectConvPlan(const ConvSpec& conv, std::int64_t lanes);

  /// Whether images are first copied with their padding. This is done for few channels, so that all
  /// pixels are in one class.
  bool padded_copy = false;
  SourceImage source;
  std::int64_t chunk = 1;       ///< images that are processed together; small enough for the caches
  std::int64_t parts = 1;       ///< ranges of the batch, one per thread
  std::int64_t grad_row = 0;    ///< floats per pixel in backward's copy of the output's gradient
  std::int64_t spread_row = 0;  ///< the same for the outer pass, which has each channel `split` times
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
