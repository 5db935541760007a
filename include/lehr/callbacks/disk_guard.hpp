#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lehr {

/// Receives a sentence about something that went wrong without ending the training.
using OnFailure = std::function<void(const std::string& sentence)>;

/// Lets a training go on while the disk is full. The callbacks that write files during a fit use it.
class DiskGuard {
 public:
  /// Prints the sentence on stderr, after "lehr: ", unless a function is given.
  explicit DiskGuard(OnFailure on_failure = {});

  /// Runs `write`. Returns false if it throws DiskError, and then reports the error and the consequence as
  /// one sentence, unless the attempt before failed too. Other exceptions pass through.
  bool attempt(const std::function<void()>& write, std::string_view consequence);

  /// Why the last attempt failed; empty if it did not.
  const std::string& failure() const { return failure_; }

 private:
  OnFailure on_failure_;
  std::string failure_;
};

}  // namespace lehr
