#include "data/workers.hpp"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

namespace lehr::data {

Workers::Workers(Job job)
    : job_(std::move(job)), batch_(job_.first), taken_(job_.first), missing_(job_.slots) {
  threads_.reserve(static_cast<std::size_t>(job_.threads));
  try {
    for (int i = 0; i < job_.threads; ++i) threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {  // fewer threads make the same batches
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::int64_t Workers::take() {
  std::unique_lock lock(mutex_);
  const auto is_made = [this] { return batch_ > taken_ && missing(taken_) == 0; };
  // No piece is started after a failure. So when all have ended, it is known which failure was the
  // first.
  changed_.wait(lock, [&] { return is_made() || (failure_ && running_pieces_ == 0); });
  if (!is_made()) std::rethrow_exception(failure_);
  const std::int64_t batch = taken_++;
  lock.unlock();
  changed_.notify_all();
  return batch;
}

void Workers::run() {
  Scratch scratch;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || failure_ || batch_ == job_.last || has_room(); });
    if (stopping_ || failure_ || batch_ == job_.last) return;
    const Piece piece = next_piece();
    lock.unlock();
    std::exception_ptr error;
    try {
      job_.make(piece.batch, static_cast<std::size_t>(piece.batch) % job_.slots, piece.places, scratch);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    finish(piece, std::move(error));
  }
}

// The slot of the last taken batch is still in use.
bool Workers::has_room() const { return batch_ - taken_ + 1 < static_cast<std::int64_t>(job_.slots); }

Workers::Piece Workers::next_piece() {
  const std::int64_t size = job_.size(batch_);
  if (place_ == 0) missing(batch_) = size;
  const Piece piece{batch_, {place_, std::min(size, place_ + job_.grain)}};
  place_ = piece.places.end;
  if (place_ == size) {
    ++batch_;
    place_ = 0;
  }
  ++running_pieces_;
  return piece;
}

void Workers::finish(const Piece& piece, std::exception_ptr error) {
  --running_pieces_;
  if (!error) {
    missing(piece.batch) -= piece.places.end - piece.places.begin;
    if (missing(piece.batch) == 0 || failure_) changed_.notify_all();
    return;
  }
  if (!failure_ || std::tie(piece.batch, piece.places.begin) < std::tie(failed_batch_, failed_place_)) {
    failure_ = std::move(error);
    failed_batch_ = piece.batch;
    failed_place_ = piece.places.begin;
  }
  changed_.notify_all();
}

}  // namespace lehr::data
