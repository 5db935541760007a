#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Memory in which several plans compute in turn, such as those of training and of validation: it is as large
/// as the largest needs, not as all need together. When a plan begins, what another one left there is lost.
class PlanRoom {
 public:
  explicit PlanRoom(const Backend& backend) : backend_(&backend) {}
  PlanRoom(const PlanRoom&) = delete;
  PlanRoom& operator=(const PlanRoom&) = delete;

  /// Makes room of at least so many bytes and gives it to `user`. The memories change if it grows.
  void begin(const void* user, std::size_t arena_bytes, std::size_t workspace_bytes);
  bool belongs_to(const void* user) const { return user_ == user; }
  const std::shared_ptr<DeviceMemory>& arena() const { return arena_; }
  const std::shared_ptr<DeviceMemory>& workspace() const { return workspace_; }
  std::size_t bytes() const { return arena_bytes_ + workspace_bytes_; }
  /// Counts up when a memory is replaced.
  std::uint64_t generation() const { return generation_; }

 private:
  const Backend* backend_;
  const void* user_ = nullptr;
  std::shared_ptr<DeviceMemory> arena_;
  std::shared_ptr<DeviceMemory> workspace_;
  std::size_t arena_bytes_ = 0;
  std::size_t workspace_bytes_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace lehr
