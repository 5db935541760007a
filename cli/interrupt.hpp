#pragma once

#include <csignal>

#include "lehr/train/learner.hpp"

namespace lehr::cli {

/// While it lives, the first SIGINT or SIGTERM asks the learner to end its fit after the batch, and a second
/// one ends the process at once with status 130.
class StopOnSignal {
 public:
  explicit StopOnSignal(Learner& learner);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  bool received() const;

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

}  // namespace lehr::cli
