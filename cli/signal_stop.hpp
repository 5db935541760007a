#pragma once

#include <stop_token>
#include <thread>

#include "interrupt.hpp"

namespace lehr::cli {

/// A stop token that a signal requests, for work on several threads. It says that it stops.
class SignalStop {
 public:
  /// `watch` must outlive this object.
  explicit SignalStop(SignalWatch& watch);
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread poll_;
};

}  // namespace lehr::cli
