#include "data/prefetcher.hpp"

#include <system_error>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr::data {

Prefetcher::Prefetcher(std::int64_t first, std::int64_t last, std::size_t slots, Make make)
    : last_(last), slots_(slots), make_(std::move(make)), made_(first), taken_(first), first_(first) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw Error("the thread that prepares batches cannot be started: " + error.code().message());
  }
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::int64_t Prefetcher::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return made_ > taken_ || failure_; });
  if (made_ == taken_) std::rethrow_exception(failure_);
  const std::int64_t item = taken_++;
  lock.unlock();
  changed_.notify_all();
  return item;
}

void Prefetcher::run() {
  for (std::int64_t item = first_; item < last_; ++item) {
    {
      std::unique_lock lock(mutex_);
      // The slot of the item taken last is still in use.
      const auto has_room = [&] { return item - taken_ + 1 < static_cast<std::int64_t>(slots_); };
      changed_.wait(lock, [&] { return stopping_ || has_room(); });
      if (stopping_) return;
    }
    std::exception_ptr failure;
    try {
      make_(item, static_cast<std::size_t>(item) % slots_);
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      if (failure) {
        failure_ = failure;
      } else {
        made_ = item + 1;
      }
    }
    changed_.notify_all();
    if (failure) return;
  }
}

}  // namespace lehr::data
