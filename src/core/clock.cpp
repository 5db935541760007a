#include "lehr/core/clock.hpp"

#include <atomic>
#include <chrono>

#include "core/clock_source.hpp"

namespace lehr {
namespace {

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::atomic<ClockSource> clock_source = system_seconds;

}  // namespace

double clock_seconds() { return clock_source.load(std::memory_order_relaxed)(); }

ClockSource replace_clock(ClockSource source) {
  return clock_source.exchange(source == nullptr ? system_seconds : source);
}

}  // namespace lehr
