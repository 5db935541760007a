#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "core/forks.hpp"

namespace lehr::data {

/// Makes numbered items on a thread of its own into a ring of slots, ahead of the one who takes them.
class Prefetcher {
 public:
  /// Calls make(item, slot) for items first <= item < last, in order, slot = item mod slots. Needs 2 slots or
  /// more: the one last taken stays untouched until the next take().
  using Make = std::function<void(std::int64_t item, std::size_t slot)>;
  Prefetcher(std::int64_t first, std::int64_t last, std::size_t slots, Make make);
  /// Abandons what is not yet made; waits for the item under way. Not to be called if lost().
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Waits for the next item and returns its number. Rethrows, now and ever after, what make threw for it.
  std::int64_t take();
  /// True in a forked child: the thread is the parent's, and may have held locks, so that this object can
  /// only be left alone.
  bool lost() const { return forks_ != forks(); }

 private:
  void run();

  const int forks_ = forks();
  const std::int64_t last_;
  const std::size_t slots_;
  const Make make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t made_;   // items below this number are ready
  std::int64_t taken_;  // items below this number were taken
  const std::int64_t first_;
  bool stopping_ = false;
  std::exception_ptr failure_;  // of item made_
  std::thread thread_;
};

}  // namespace lehr::data
