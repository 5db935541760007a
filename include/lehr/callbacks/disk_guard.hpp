#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lehr {

/// Called with a sentence about a failure that does not end the training.
using OnFailure = std::function<void(const std::string& sentence)>;

/// Lets a training continue while the disk is full. Callbacks that write files during a fit use it.
class DiskGuard {
 public:
  /// If no function is given, it prints the sentence to stderr after "lehr: ".
  explicit DiskGuard(OnFailure on_failure = {});

  /// Runs `write`. If it throws DiskError, returns false and reports the error and the consequence as one
  /// sentence, unless the previous attempt failed too. Passes on other exceptions.
  bool attempt(const std::function<void()>& write, std::string_view consequence);

  /// Why the last attempt failed; empty if it succeeded.
  const std::string& failure() const { return failure_; }

 private:
  OnFailure on_failure_;
  std::string failure_;
};

}  // namespace lehr
