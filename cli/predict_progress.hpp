#pragma once

#include <cstdint>
#include <string>

#include "lehr/core/clock.hpp"
#include "output.hpp"

namespace lehr::cli {

/// What `lehr predict` says on stderr while it works: a line that counts, if stderr is a terminal
/// and stdout is not, and the pictures that were skipped.
class PredictProgress {
 public:
  /// live: whether a line may be shown. json: whether warnings also go to stdout.
  PredictProgress(bool live, bool json);

  void count() { ++predicted_; }
  /// Counts files that cannot be predicted, and says why.
  void skip(std::int64_t files, const std::string& problem);
  /// Shows the line, at most five times a second.
  void show();
  /// Removes the line, and says how many of several pictures were skipped.
  void end();

  std::int64_t predicted() const { return predicted_; }
  std::int64_t skipped() const { return skipped_; }

 private:
  bool live_;
  OnFailure warn_;
  Stopwatch since_start_;
  double shown_ = 0;
  std::int64_t predicted_ = 0;
  std::int64_t skipped_ = 0;
};

}  // namespace lehr::cli
