#pragma once

#include <cstdint>

#include "lehr/backend/host_kernel.hpp"

/// The passes of batch normalisation over a flat channels-last array. The channel of an element
/// repeats after `period` floats, a multiple of the channels and of 64. Per-channel values are
/// expanded to tables of one period. Every pass can then use whole vectors, for any number of
/// channels.
namespace lehr::cpu::norm {

/// One thread's part: whole periods and, at the end of the array, the elements of a last partial
/// period.
struct Part {
  const float* input = nullptr;
  const float* output = nullptr;       ///< backward only, for activations that need it
  const float* output_grad = nullptr;  ///< backward only
  float* result = nullptr;
  std::int64_t periods = 0;
  std::int64_t tail = 0;  ///< number of elements, less than a period
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

/// Two sums per channel, of one thread. The float tables of one period are scratch memory. They are
/// added to the totals regularly, which limits the rounding error.
struct Sums {
  float* first = nullptr;
  float* second = nullptr;
  double* first_total = nullptr;
  double* second_total = nullptr;
};

/// totals = sums of x - mean and of (x - mean)^2. An approximate mean is enough.
void sum_forward(const Part& part, const float* mean, const Sums& sums);
/// result = activation(normalised)
void apply_forward(const Part& part, const Tables& tables, const FusedActivation& activation);
/// True if backward needs the output because reading it is cheaper than computing it again.
bool backward_reads_output(FusedActivation::Kind kind);
/// totals = sums of grad and of grad * (x - mean), where grad is the gradient before the
/// activation.
void sum_backward(const Part& part, const Tables& tables, const FusedActivation& activation,
                  const Sums& sums);
/// result = the gradient of the input
void apply_backward(const Part& part, const Tables& tables, const FusedActivation& activation);

}  // namespace lehr::cpu::norm
