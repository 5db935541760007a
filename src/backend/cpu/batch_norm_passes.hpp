#pragma once

#include <cstdint>

#include "lehr/backend/host_kernel.hpp"

/// The passes of batch normalisation over a flat channels-last array. The channel of an element repeats after
/// `period` floats, a multiple of the channels and of 64, so that with per-channel values expanded to tables
/// of one period every pass streams through whole vectors, whatever the number of channels.
namespace lehr::cpu::norm {

/// One thread's part: whole periods, and at the array's end the elements of a last, partial one.
struct Part {
  const float* input = nullptr;
  const float* output = nullptr;       ///< backward of activations that read it
  const float* output_grad = nullptr;  ///< backward
  float* result = nullptr;
  std::int64_t periods = 0;
  std::int64_t tail = 0;  ///< elements, fewer than a period
  std::int64_t period = 0;
  std::int64_t channels = 0;
};

/// Per-channel values repeated over one period: normalised = (x - mean) * scale + shift and, in backward,
/// input_grad = scale * grad + grad_slope * (x - mean) + grad_offset.
struct Tables {
  const float* mean = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
  const float* grad_slope = nullptr;
  const float* grad_offset = nullptr;
};

/// A thread's two sums for each channel. The float tables of one period are scratch and are added to the
/// totals regularly, which bounds the rounding error.
struct Sums {
  float* first = nullptr;
  float* second = nullptr;
  double* first_total = nullptr;
  double* second_total = nullptr;
};

/// totals = sums of x - mean and of (x - mean)^2, where mean need only be near the mean.
void sum_forward(const Part& part, const float* mean, const Sums& sums);
/// result = activation(normalised)
void apply_forward(const Part& part, const Tables& tables, const FusedActivation& activation);
/// True where backward needs the output, because to compute it again is dearer than to read it.
bool backward_reads_output(FusedActivation::Kind kind);
/// With grad the gradient in front of the activation: totals = sums of grad and of grad * (x - mean).
void sum_backward(const Part& part, const Tables& tables, const FusedActivation& activation,
                  const Sums& sums);
/// result = the gradient of the input
void apply_backward(const Part& part, const Tables& tables, const FusedActivation& activation);

}  // namespace lehr::cpu::norm
