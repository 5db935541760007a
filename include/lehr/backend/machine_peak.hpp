#pragma once

namespace lehr {

/// What the processor can do at most with the threads that are set, measured.
struct MachinePeak {
  double flops = 0;           ///< f32 floating-point operations a second, in fused multiply-adds on registers
  double bytes_a_second = 0;  ///< read and written by a scaled copy of buffers far larger than the caches
};

/// Takes about half a second and the best of several tries.
MachinePeak measure_machine_peak();

}  // namespace lehr
