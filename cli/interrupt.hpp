#pragma once

#include <array>
#include <csignal>

#include "lehr/train/learner.hpp"

namespace lehr::cli {

constexpr int interrupted_status = 130;

/// Catches SIGINT, SIGTERM, SIGHUP (the terminal was closed) and SIGXCPU (the limit of processor
/// time was reached) during its lifetime. Only one may exist at a time.
///
/// At first, each of these signals ends the process with status 130, because there is nothing to
/// save. After stop() or allow_polling(), the first signal requests an end, and a second SIGINT or
/// SIGTERM ends the process immediately. SIGHUP and SIGXCPU never count as the second: closing a
/// terminal sends several SIGHUPs, and the system repeats SIGXCPU. A signal that was ignored stays
/// ignored (nohup, trap '').
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  enum class Say { nothing, that_it_stops };

  /// From now on, a signal asks this learner to stop after the current batch. The learner must
  /// exist until allow_polling() is called or this object is destroyed.
  void stop(Learner& learner, Say say);
  /// From now on, a signal only makes received() true.
  void allow_polling();
  bool received() const;

 private:
  static constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGHUP, SIGXCPU};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace lehr::cli
