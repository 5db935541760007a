#pragma once

#include <cstdint>
#include <string>

#include "backend/cpu/direct_conv_plan.hpp"
#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// The forward pass, or the gradient of the input, for up to a chunk of images: target = max(floor,
/// sum of steps + bias).
struct GatherArgs {
  const GatherPlan& plan;
  const float* source;
  const float* weights;  ///< plan.rows rows of plan.row_floats
  const float* bias;     ///< null if there is none
  float floor;           ///< 0 for ReLU, minus infinity for no activation
  float* target;
  std::int64_t images;
  /// Adds up each position in the same order, so that its bits do not depend on the number of images. A
  /// little slower for the last positions.
  bool same_order = false;
};

/// The gradient of the weight for up to a chunk of images.
struct OuterArgs {
  const OuterPlan& plan;
  const float* source;
  const float* grad;  ///< rows of plan.row_floats
  float* sums;        ///< plan.rows rows of plan.row_floats
  bool add;           ///< add to the contents of sums
  std::int64_t images;
};

/// The output's gradient times the activation's derivative, for up to a chunk of images. It is
/// written in the forms that the other two passes read.
struct OutputGradArgs {
  FusedActivation activation;
  std::int64_t channels;
  std::int64_t pixels;
  const float* output;  ///< not read without an activation
  const float* output_grad;
  float* rows;  ///< null if not needed
  std::int64_t row_floats;
  float* spread;  ///< each channel `split` times; null if not needed
  std::int64_t spread_floats;
  std::int64_t split;
  float* bias_sums;  ///< channels rounded up to whole vectors; null if not needed
  bool add;          ///< add to the contents of bias_sums
};

/// The vector kernels of one instruction set.
struct DirectConvSimd {
  std::string target;  ///< "avx3"
  std::int64_t lanes;  ///< floats per vector
  void (*gather)(const GatherArgs&);
  void (*outer)(const OuterArgs&);
  void (*output_grad)(const OutputGradArgs&);
  /// Copies rows between two strides.
  void (*copy_rows)(const float* from, std::int64_t from_stride, float* to, std::int64_t to_stride,
                    std::int64_t rows, std::int64_t floats);
  /// to += from
  void (*add)(const float* from, float* to, std::int64_t count);
  /// Applies an activation in place.
  void (*activate)(const FusedActivation&, float* data, std::int64_t count);
  /// Transposes one tap of the weight, (in_c, out_c), into the packed rows of the data plan.
  void (*transpose_tap)(const float* tap, std::int64_t in_c, std::int64_t out_c, std::int64_t split,
                        std::int64_t row_floats, float* packed);
};

/// The kernels for the best instruction set of this processor.
DirectConvSimd direct_conv_simd();

}  // namespace lehr::cpu
