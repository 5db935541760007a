#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/processors.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/thread_scope.hpp"

namespace lehr {
namespace {

constexpr int max_threads = 1024;

/// The first number of OMP_NUM_THREADS ("4" or "4,2"), or 0 if there is no valid one. OpenMP also ignores
/// invalid values.
int threads_of_environment() {
  const char* const text = std::getenv("OMP_NUM_THREADS");
  if (text == nullptr) return 0;
  std::string_view left(text);
  left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
  int count = 0;
  const auto [end, failure] = std::from_chars(left.data(), left.data() + left.size(), count);
  const std::string_view rest(end, static_cast<std::size_t>(left.data() + left.size() - end));
  const std::size_t next = rest.find_first_not_of(' ');
  const bool ends_well = next == std::string_view::npos || rest[next] == ',';
  if (failure != std::errc() || !ends_well || count < 1) return 0;
  return std::min(count, max_threads);
}

std::atomic<int>& setting() {
  static std::atomic<int> count = [] {
    const int wanted = threads_of_environment();
    return wanted > 0 ? wanted : std::min(usable_processors(), max_threads);
  }();
  return count;
}

thread_local int count_of_scope = 0;  // 0 outside of scopes

void check(int count, int least) {
  if (count >= least && count <= max_threads) return;
  throw BadInput("threads must be between " + std::to_string(least) + " and " + std::to_string(max_threads) +
                 ", found " + std::to_string(count));
}

}  // namespace

int threads() { return count_of_scope > 0 ? count_of_scope : setting().load(std::memory_order_relaxed); }

void set_threads(int count) {
  check(count, 1);
  setting().store(count, std::memory_order_relaxed);
}

ThreadScope::ThreadScope(int count) : before_(count_of_scope) {
  check(count, 0);
  count_of_scope = count > 0 ? count : threads();
}

ThreadScope::~ThreadScope() { count_of_scope = before_; }

}  // namespace lehr
