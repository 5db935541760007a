#include "lehr/engine/plan_room.hpp"

namespace lehr {
namespace {

/// The old memory goes first, so that the two are never held together.
void grow(const Backend& backend, std::shared_ptr<void>& memory, std::size_t& bytes, std::size_t wanted) {
  if (memory && bytes >= wanted) return;
  memory.reset();
  bytes = 0;
  memory = backend.allocate(wanted);
  bytes = wanted;
}

}  // namespace

void PlanRoom::begin(const void* user, std::size_t arena_bytes, std::size_t workspace_bytes) {
  user_ = nullptr;
  grow(*backend_, arena_, arena_bytes_, arena_bytes);
  grow(*backend_, workspace_, workspace_bytes_, workspace_bytes);
  user_ = user;
}

}  // namespace lehr
