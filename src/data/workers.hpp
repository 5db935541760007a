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

/// Threads that make numbered batches in advance, in a ring of slots. They share the samples of a
/// batch, so that a few batches are enough to keep any number of threads busy.
class Workers {
 public:
  struct Job {
    std::int64_t first = 0, last = 0;  ///< batches first <= batch < last
    /// At least 2, because the last taken batch must stay unchanged until the next take().
    std::size_t slots = 2;
    int threads = 1;
    std::int64_t grain = 1;  ///< samples in each piece of work
    /// The number of samples in a batch.
    std::function<std::int64_t(std::int64_t batch)> size;
    /// Fills some positions of a batch, in the slot batch mod slots.
    std::function<void(std::int64_t batch, std::size_t slot, Places places, Scratch& scratch)> make;
  };
  explicit Workers(Job job);
  /// Abandons what is not made yet, and waits for the running pieces. Must not be called if
  /// in_forked_child().
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// The number of threads that the system provided. With 0, nothing is made.
  std::size_t threads() const { return threads_.size(); }
  /// Waits for the next batch and returns its number. If samples failed, rethrows the exception of
  /// the first of them, now and on each later call.
  std::int64_t take();
  /// True in a forked child. The threads belong to the parent and may have held locks, so this
  /// object must be leaked.
  bool in_forked_child() const { return forks_ != forks(); }

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
  std::int64_t batch_;                 // the first batch with unassigned samples
  std::int64_t place_ = 0;             // next position in it
  std::int64_t taken_;                 // batches below this number were taken
  std::vector<std::int64_t> missing_;  // number of samples that each slot's batch still lacks
  int running_pieces_ = 0;             // pieces that threads are working on
  bool stopping_ = false;
  std::exception_ptr failure_;  // of the first place that failed
  std::int64_t failed_batch_ = 0;
  std::int64_t failed_place_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace lehr::data
