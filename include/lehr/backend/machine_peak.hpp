#pragma once

namespace lehr {

/// The measured peak performance of the processor with the current number of threads.
struct MachinePeak {
  /// f32 floating-point operations per second, in fused multiply-adds on registers.
  double flops = 0;
  /// Bytes per second, read and written by a scaled copy of buffers far larger than the caches.
  double bytes_a_second = 0;
};

/// Takes about half a second. Returns the best of several measurements.
MachinePeak measure_machine_peak();

}  // namespace lehr
