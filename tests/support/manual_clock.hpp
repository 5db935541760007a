#pragma once

#include <atomic>

#include "core/clock_source.hpp"

namespace lehr::test {

/// During its lifetime lehr's clock stands still, except for the time that the test adds. Only one may exist.
class ManualClock {
 public:
  ManualClock() : before_(replace_clock([] { return time_.load(); })) { time_ = 1000; }
  ~ManualClock() { replace_clock(before_); }
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;

  static void advance(double seconds) { time_ = time_ + seconds; }
  static double now() { return time_; }

 private:
  static inline std::atomic<double> time_ = 0;
  ClockSource before_;
};

}  // namespace lehr::test
