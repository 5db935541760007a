#include "watch.hpp"

#include <fcntl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>

#include "plan.hpp"

namespace faults {
namespace {

std::array<std::atomic<bool>, 4096> watched{};

bool in_table(int descriptor) {
  return descriptor >= 0 && static_cast<std::size_t>(descriptor) < watched.size();
}

bool is_below(const char* path, const char* folder) {
  const std::size_t length = std::strlen(folder);
  return length > 0 && std::strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

}  // namespace

// The program runs within the root and does not leave it.
bool is_watched(int at, const char* path) {
  if (in_injector() || !armed() || path == nullptr) return false;
  if (path[0] == '/') return is_below(path, root()) || is_below(path, "/proc");
  return at == AT_FDCWD || is_watched(at);
}

bool is_watched(int descriptor) {
  return !in_injector() && armed() && in_table(descriptor) && watched[static_cast<std::size_t>(descriptor)];
}

void watch(int descriptor) {
  if (in_table(descriptor)) watched[static_cast<std::size_t>(descriptor)] = true;
}

void forget(int descriptor) {
  if (in_table(descriptor)) watched[static_cast<std::size_t>(descriptor)] = false;
}

}  // namespace faults
