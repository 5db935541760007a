#include "data/pass_progress.hpp"

#include <utility>

namespace lehr::data {

PassProgress::PassProgress(std::int64_t total, MeasureProgress progress, std::function<bool()> cancelled)
    : total_(total),
      progress_(std::move(progress)),
      cancelled_(std::move(cancelled)),
      between_reports_(std::clamp<std::int64_t>(total / 500, 1, 512)) {}

void PassProgress::done() {
  const std::int64_t count = ++done_;
  if (std::this_thread::get_id() != caller_) return;
  ask();
  if (!progress_ || count - reported_ < between_reports_) return;
  reported_ = count;
  progress_(count, total_);
}

bool PassProgress::end() {
  ask();
  if (stopped_) return false;
  if (progress_) progress_(total_, total_);
  return true;
}

}  // namespace lehr::data
