#pragma once

#include <cstdint>
#include <type_traits>

namespace lehr {

/// The number of compute threads for the calling thread. It is the count of its innermost
/// ThreadScope, or else the process-wide setting. The setting starts as OMP_NUM_THREADS. If that is
/// not set, it starts as the number of processors that the process may use (affinity mask and
/// cgroup quota). OpenMP's own setting is neither read nor changed.
int threads();
/// Changes the setting for all threads of the process. A running fit or validation keeps its count.
/// May be called from any thread. Throws BadInput unless 1 <= count <= 1024.
void set_threads(int count);

namespace detail {
/// The number of threads that share a range: at most threads(), and at most one per `grain`
/// elements.
int parts_of(std::int64_t count, std::int64_t grain);
using RangeFunction = void (*)(void* body, std::int64_t begin, std::int64_t end, int thread);
void run_parallel(std::int64_t count, int parts, RangeFunction function, void* body);
}  // namespace detail

/// Calls body(begin, end, thread) on disjoint, consecutive ranges that cover [0, count). Each thread gets one
/// range. Each range except the last has at least `grain` elements. The split depends only on count, grain
/// and threads(), so a reduction by thread is reproducible. An exception in body is rethrown here. Nested
/// calls run on the calling thread. A call that overlaps another thread's call may also run on the calling
/// thread.
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, Body&& body) {
  if (count <= 0) return;
  const int parts = detail::parts_of(count, grain);
  if (parts == 1) {
    body(std::int64_t{0}, count, 0);
    return;
  }
  using Callable = std::remove_reference_t<Body>;
  detail::run_parallel(
      count, parts,
      [](void* erased, std::int64_t begin, std::int64_t end, int thread) {
        (*static_cast<Callable*>(erased))(begin, end, thread);
      },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace lehr
