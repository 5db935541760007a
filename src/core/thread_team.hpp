#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lehr {

/// Threads that share a region's parts with the thread that asks. A helper that does not take its part in
/// time (asleep, or off its core on a busy machine) loses it to the caller, who never waits for work that
/// has not begun. Helpers spin for a while where they wait, then sleep.
class ThreadTeam {
 public:
  using Work = void (*)(void* region, int part);

  /// The process's. A forked child, which has none of its parent's threads, gets a team of its own. Teams are
  /// never destroyed.
  static ThreadTeam& shared();

  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Calls work(region, part), which must not throw, for each part in [0, parts), and returns when all have
  /// ended. Part 0 runs on the calling thread, part i on helper i - 1 if it is awake. Returns false, and runs
  /// nothing, if the team serves another thread at the moment. Throws Error in a child that was forked in the
  /// middle of a region, whose other parts nobody ends.
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
