#pragma once

namespace lehr {

/// Seconds since a fixed moment, from the system's monotonic clock. lehr measures all durations with this
/// clock.
double clock_seconds();

/// Time since construction or the last restart, measured with clock_seconds().
class Stopwatch {
 public:
  double seconds() const { return clock_seconds() - start_; }
  void restart() { start_ = clock_seconds(); }

 private:
  double start_ = clock_seconds();
};

}  // namespace lehr
