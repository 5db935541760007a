#include "lehr/core/parallel.hpp"

#include <omp.h>

#include <atomic>
#include <exception>
#include <string>
#include <utility>

#include "core/thread_team.hpp"
#include "lehr/core/error.hpp"

#if defined(__SANITIZE_THREAD__)
#define LEHR_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LEHR_THREAD_SANITIZER 1
#endif
#endif

#ifdef LEHR_THREAD_SANITIZER
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace lehr {
namespace {

// The OpenMP runtime is not instrumented, so the thread sanitizer does not see that its fork and join order
// the memory accesses around them. These two tell it; elsewhere they are nothing.
void happens_before([[maybe_unused]] void* address) {
#ifdef LEHR_THREAD_SANITIZER
  __tsan_release(address);
#endif
}
void happens_after([[maybe_unused]] void* address) {
#ifdef LEHR_THREAD_SANITIZER
  __tsan_acquire(address);
#endif
}

std::atomic<int> openmp_uses = 0;

}  // namespace

int threads() { return omp_get_max_threads(); }

void set_threads(int count) {
  if (count < 1 || count > 1024) {
    throw BadInput("threads must be between 1 and 1024, found " + std::to_string(count));
  }
  omp_set_num_threads(count);
}

OpenMpUse::OpenMpUse() { ++openmp_uses; }
OpenMpUse::~OpenMpUse() { --openmp_uses; }

namespace {

thread_local bool inside_region = false;

/// One parallel region: what every thread of the team does, and what came of it.
struct Region {
  std::int64_t count;
  int parts;
  detail::RangeFunction function;
  void* body;
  std::exception_ptr failure{};
  std::atomic_flag failed = ATOMIC_FLAG_INIT;

  void run_part(int part) {
    try {
      function(body, count * part / parts, count * (part + 1) / parts, part);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
    }
  }

  void run_all_parts() {
    for (int part = 0; part < parts; ++part) run_part_of(this, part);
  }

  static void run_part_of(void* region, int part) {
    const bool before = std::exchange(inside_region, true);
    static_cast<Region*>(region)->run_part(part);
    inside_region = before;
  }

  // Fewer threads than asked for is allowed by OpenMP: every part still runs.
  void run_share(int thread, int team) {
    happens_after(&count);
    for (int part = thread; part < parts; part += team) run_part(part);
    happens_before(&failed);
  }
};

// Apart and not instrumented, since the compiler's own arguments to the team are written after any
// annotation.
#if defined(__clang__) || defined(__GNUC__)
__attribute__((no_sanitize("thread"), noinline))
#endif
void fork_and_join(Region& region) {
#pragma omp parallel num_threads(region.parts)
  region.run_share(omp_get_thread_num(), omp_get_num_threads());
}

}  // namespace

void detail::run_parallel(std::int64_t count, int parts, RangeFunction function, void* body) {
  Region region{count, parts, function, body};
  if (inside_region || omp_in_parallel() != 0) {
    region.run_all_parts();
  } else if (openmp_uses > 0) {
    happens_before(&region.count);
    fork_and_join(region);
    happens_after(&region.failed);
  } else if (!ThreadTeam::shared().run(parts, &Region::run_part_of, &region)) {
    region.run_all_parts();
  }
  if (region.failure) std::rethrow_exception(region.failure);
}

}  // namespace lehr
