#include "backend/host_backend.hpp"

#include <cstdlib>
#include <cstring>

#include "lehr/core/error.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr {

std::shared_ptr<void> HostBackend::allocate(std::size_t bytes) const {
  const std::size_t rounded = (bytes / buffer_alignment + 1) * buffer_alignment;
  void* address = std::aligned_alloc(buffer_alignment, rounded);
  if (address == nullptr)
    throw Error("out of memory: " + std::to_string(rounded) + " bytes could not be had");
  std::memset(address, 0, rounded);
  return {address, std::free};
}

void HostBackend::copy_in(void* device, const void* host, std::size_t bytes) const {
  if (bytes > 0) std::memcpy(device, host, bytes);
}

void HostBackend::copy_out(void* host, const void* device, std::size_t bytes) const {
  if (bytes > 0) std::memcpy(host, device, bytes);
}

void HostBackend::copy(float* to, const float* from, std::int64_t count) const {
  copy_in(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

}  // namespace lehr
