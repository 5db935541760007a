#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// The best instruction set that this processor and this build support: "simd:avx3".
std::string simd_implementation();

/// With fewer elements, a second thread costs more than it saves. A fork and join takes about a
/// microsecond.
inline constexpr std::int64_t elements_per_thread = 8192;

inline const float* floats(const void* address) { return static_cast<const float*>(address); }
inline float* floats(void* address) { return static_cast<float*>(address); }

/// The i-th address, or null if the caller did not give one.
inline float* optional_floats(std::span<void* const> addresses, std::size_t i) {
  return i < addresses.size() ? floats(addresses[i]) : nullptr;
}

/// Whether backward must write the gradient of input i.
inline bool wants_input_grad(const KernelSpec& spec, std::size_t i) {
  return i < spec.input_grads.size() && spec.input_grads[i];
}

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace lehr::cpu
