#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lehr {

/// Threads that share the parts of a region with the calling thread. If a helper does not start its
/// part in time (because it sleeps, or has no core on a busy machine), the caller takes over that
/// part. The caller therefore never waits for work that has not begun. A waiting helper spins for a
/// while and then sleeps.
class ThreadTeam {
 public:
  using Work = void (*)(void* region, int part);

  /// The team of the process. A forked child does not inherit its parent's threads, so it gets its own team.
  /// Teams are never destroyed.
  static ThreadTeam& shared();

  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Calls work(region, part) for each part in [0, parts) and returns when all calls have ended. `work` must
  /// not throw. Part 0 runs on the calling thread, part i on helper i - 1 if it is awake. If the team is
  /// running another thread's region, it returns false and runs nothing. Throws Error in a child that was
  /// forked during a region, because no thread finishes the other parts.
  bool run(int parts, Work work, void* region);

 private:
  struct Helper;

  ThreadTeam();
  ~ThreadTeam();
  void grow(std::size_t helpers);

  const int forks_;
  std::mutex busy_;
  std::vector<std::unique_ptr<Helper>> helpers_;
};

}  // namespace lehr
