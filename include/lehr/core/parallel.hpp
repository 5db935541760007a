#pragma once

#include <cstdint>
#include <type_traits>

namespace lehr {

/// Threads that compute for the calling thread: the count of the innermost ThreadScope that lives on it, else
/// the process's setting. The setting starts as OMP_NUM_THREADS, or without it as the number of processors
/// that the process may use (affinity mask and cgroup quota). OpenMP's own setting is neither read nor
/// changed.
int threads();
/// Changes the setting for all threads of the process. A fit or a validation under way keeps the count that
/// it began with. May be called from any thread. Throws BadInput unless 1 <= count <= 1024.
void set_threads(int count);

namespace detail {
/// How many threads share a range: no more than threads(), and none with less than `grain`.
int parts_of(std::int64_t count, std::int64_t grain);
using RangeFunction = void (*)(void* body, std::int64_t begin, std::int64_t end, int thread);
void run_parallel(std::int64_t count, int parts, RangeFunction function, void* body);
}  // namespace detail

/// Calls body(begin, end, thread) on disjoint, consecutive ranges that cover [0, count), one range a thread
/// and none shorter than grain (but for the last). The split depends on count, grain and threads() alone, so
/// that a reduction by thread is reproducible. An exception in body is rethrown here. Nested calls
/// run on the calling thread, and calls while another thread's call is under way may.
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
