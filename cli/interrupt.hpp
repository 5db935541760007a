#pragma once

#include <array>
#include <csignal>

#include "lehr/train/learner.hpp"

namespace lehr::cli {

constexpr int interrupted_status = 130;

/// Catches SIGINT, SIGTERM, SIGHUP (a terminal that is closed) and SIGXCPU (the processor time is used up)
/// while it lives. One at a time.
///
/// At first any of them ends the process with status 130, as there is nothing to save. After stop() or
/// allow_polling() the first one asks for an end, and a second SIGINT or SIGTERM ends the process at once.
/// SIGHUP and SIGXCPU never count as the second: a terminal that is closed sends several, and the system
/// repeats SIGXCPU. A signal that is ignored stays ignored (nohup, trap '').
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  enum class Say { nothing, that_it_stops };

  /// From here on a signal asks this learner to end what it does after the batch. It must live until
  /// allow_polling() or the end of this object.
  void stop(Learner& learner, Say say);
  /// From here on a signal only makes received() true.
  void allow_polling();
  bool received() const;

 private:
  static constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGHUP, SIGXCPU};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace lehr::cli
