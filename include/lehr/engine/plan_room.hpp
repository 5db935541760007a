#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Memory that several plans share in turn, such as those of training and of validation. It is as
/// large as the largest plan needs, not as the sum. When a plan begins, the contents of the
/// previous plan are lost.
class PlanRoom {
 public:
  explicit PlanRoom(const Backend& backend) : backend_(&backend) {}
  PlanRoom(const PlanRoom&) = delete;
  PlanRoom& operator=(const PlanRoom&) = delete;

  /// Provides at least this many bytes and gives the room to `user`. If the room grows, the memory
  /// objects are replaced.
  void begin(const void* user, std::size_t arena_bytes, std::size_t workspace_bytes);
  bool belongs_to(const void* user) const { return user_ == user; }
  const std::shared_ptr<DeviceMemory>& arena() const { return arena_; }
  const std::shared_ptr<DeviceMemory>& workspace() const { return workspace_; }
  std::size_t bytes() const { return arena_bytes_ + workspace_bytes_; }
  /// Increases when a memory object is replaced.
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
