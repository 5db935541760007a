#include "lehr/engine/plan_room.hpp"

namespace lehr {
namespace {

/// Returns whether the memory was replaced. The old memory is freed first, so the two never exist
/// at the same time.
bool grow(const Backend& backend, std::shared_ptr<DeviceMemory>& memory, std::size_t& bytes,
          std::size_t wanted) {
  if (memory && bytes >= wanted) return false;
  memory.reset();
  bytes = 0;
  memory = backend.allocate(wanted);
  bytes = wanted;
  return true;
}

}  // namespace

void PlanRoom::begin(const void* user, std::size_t arena_bytes, std::size_t workspace_bytes) {
  user_ = nullptr;
  if (grow(*backend_, arena_, arena_bytes_, arena_bytes)) ++generation_;
  if (grow(*backend_, workspace_, workspace_bytes_, workspace_bytes)) ++generation_;
  user_ = user;
}

}  // namespace lehr
