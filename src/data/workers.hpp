#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/forks.hpp"
#include "data/batch_maker.hpp"

namespace lehr::data {

/// Threads that make numbered batches into a ring of slots, ahead of the one who takes them. They share the
/// samples of a batch, so that a few batches ahead keep any number of threads busy.
class Workers {
 public:
  struct Job {
    std::int64_t first = 0, last = 0;  ///< batches first <= batch < last
    /// 2 or more: the batch last taken stays untouched until the next take().
    std::size_t slots = 2;
    int threads = 1;
    std::int64_t grain = 1;  ///< samples that a thread takes on at a time
    /// Samples of a batch.
    std::function<std::int64_t(std::int64_t batch)> size;
    /// Makes some places of a batch in the slot batch mod slots.
    std::function<void(std::int64_t batch, std::size_t slot, Places places, Scratch& scratch)> make;
  };
  explicit Workers(Job job);
  /// Abandons what is not yet made; waits for the samples under way. Not to be called if lost().
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Threads that the system gave; with 0 nothing is made.
  std::size_t threads() const { return threads_.size(); }
  /// Waits for the next batch and returns its number. Rethrows, now and ever after, what the first of its
  /// samples threw that failed.
  std::int64_t take();
  /// True in a forked child: the threads are the parent's, and may have held locks, so that this object can
  /// only be left alone.
  bool lost() const { return forks_ != forks(); }

 private:
  struct Piece {
    std::int64_t batch;
    Places places;
  };
  void run();
  bool has_room() const;
  Piece next_piece();
  void finish(const Piece& piece, std::exception_ptr error);
  std::int64_t& missing(std::int64_t batch) { return missing_[static_cast<std::size_t>(batch) % job_.slots]; }

  const int forks_ = forks();
  const Job job_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t batch_;                 // the first whose samples are not all taken on
  std::int64_t place_ = 0;             // in it
  std::int64_t taken_;                 // batches below this number were taken
  std::vector<std::int64_t> missing_;  // samples that a slot's batch still lacks
  int under_way_ = 0;                  // pieces
  bool stopping_ = false;
  std::exception_ptr failure_;  // of the first place that failed
  std::int64_t failed_batch_ = 0;
  std::int64_t failed_place_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace lehr::data
