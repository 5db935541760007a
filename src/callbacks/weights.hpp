#pragma once

#include <span>
#include <vector>

#include "lehr/engine/parameters.hpp"

/// Copies between the flat device buffers and host memory.
namespace lehr {

inline std::vector<float> host_copy(const Backend& backend, std::span<const float> device) {
  std::vector<float> host(device.size());
  backend.copy_out(host.data(), device.data(), device.size_bytes());
  return host;
}

/// Sizes must be equal.
inline void device_copy(const Backend& backend, std::span<float> device, const std::vector<float>& host) {
  backend.copy_in(device.data(), host.data(), device.size_bytes());
}

}  // namespace lehr
