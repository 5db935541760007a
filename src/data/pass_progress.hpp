#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Counts the pictures of a pass by several threads, and calls the functions of its maker on the thread that
/// made it, which takes part.
class PassProgress {
 public:
  /// Both functions may be empty. `cancelled` returns whether the pass should end.
  PassProgress(std::int64_t total, MeasureProgress progress, std::function<bool()> cancelled = {});

  /// The next picture; `total` at the end.
  std::int64_t next() { return stopped_ ? total_ : std::min(total_, next_.fetch_add(1)); }
  /// Counts a picture.
  void done();
  /// Returns whether the pass is complete.
  bool end();

 private:
  void ask() {
    if (cancelled_ && cancelled_()) stopped_ = true;
  }

  std::int64_t total_;
  MeasureProgress progress_;
  std::function<bool()> cancelled_;
  std::thread::id caller_ = std::this_thread::get_id();
  std::int64_t between_reports_;
  std::int64_t reported_ = 0;
  std::atomic<std::int64_t> next_ = 0, done_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace lehr::data
