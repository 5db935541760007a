#include "lehr/core/parallel.hpp"
#include "lehr/core/thread_scope.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "core/thread_team.hpp"

namespace lehr {
namespace {

thread_local bool inside_region = false;

/// One parallel region: the work for all threads of the team, and the first exception.
struct Region {
  std::int64_t count;
  int parts;
  detail::RangeFunction function;
  void* body;
  int threads;  // threads() of the calling thread, so that all parts split nested ranges in the same way
  std::exception_ptr failure{};
  std::atomic_flag failed = ATOMIC_FLAG_INIT;

  void run_part(int part) {
    const bool before = std::exchange(inside_region, true);
    const ThreadScope scope(threads);
    try {
      function(body, count * part / parts, count * (part + 1) / parts, part);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
    }
    inside_region = before;
  }

  void run_all_parts() {
    for (int part = 0; part < parts; ++part) run_part(part);
  }
};

}  // namespace

int detail::parts_of(std::int64_t count, std::int64_t grain) {
  const std::int64_t useful = std::max<std::int64_t>(1, count / std::max<std::int64_t>(1, grain));
  return static_cast<int>(std::min<std::int64_t>(threads(), useful));
}

void detail::run_parallel(std::int64_t count, int parts, RangeFunction function, void* body) {
  Region region{count, parts, function, body, threads()};
  const auto run_part = [](void* one, int part) { static_cast<Region*>(one)->run_part(part); };
  if (inside_region || !ThreadTeam::shared().run(parts, run_part, &region)) region.run_all_parts();
  if (region.failure) std::rethrow_exception(region.failure);
}

}  // namespace lehr
