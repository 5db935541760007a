#pragma once

namespace lehr {

/// Seconds since a fixed moment, on the clock that lehr measures durations with: the system's monotonic one.
double clock_seconds();

/// Wall-clock time since construction or the last restart, on that clock.
class Stopwatch {
 public:
  double seconds() const { return clock_seconds() - start_; }
  void restart() { start_ = clock_seconds(); }

 private:
  double start_ = clock_seconds();
};

}  // namespace lehr
