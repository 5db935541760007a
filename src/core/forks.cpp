#include "core/forks.hpp"

#include <pthread.h>

#include <atomic>

namespace lehr {
namespace {

std::atomic<int> count = 0;

}  // namespace

int forks() {
  [[maybe_unused]] static const int registered =
      pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
  return count.load(std::memory_order_relaxed);
}

}  // namespace lehr
