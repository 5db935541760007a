#include "lehr/train/stats_subscription.hpp"

#include "lehr/core/error.hpp"
#include "train/stats_hub.hpp"

namespace lehr {

StatsSubscription::StatsSubscription() = default;

StatsSubscription::StatsSubscription(const std::shared_ptr<StatsHub>& hub,
                                     std::shared_ptr<StatsReader> reader)
    : hub_(hub), reader_(std::move(reader)) {}

StatsSubscription::~StatsSubscription() {
  if (const auto hub = hub_.lock()) hub->remove(reader_.get());
}

StatsSubscription::StatsSubscription(StatsSubscription&&) noexcept = default;

StatsSubscription& StatsSubscription::operator=(StatsSubscription&& other) noexcept {
  hub_.swap(other.hub_);
  reader_.swap(other.reader_);
  StatsSubscription ended(std::move(other));
  return *this;
}

void StatsSubscription::measure(bool on, bool times) {
  if (!reader_) throw Error("this subscription is to nothing");
  reader_->on = on;
  reader_->times = times;
}

bool StatsSubscription::measuring() const { return reader_ && reader_->measuring && !hub_.expired(); }

const TensorStats& StatsSubscription::result(std::size_t request) const {
  const auto hub = hub_.lock();
  if (!hub)
    throw Error(reader_ ? "the Learner of this subscription is gone" : "this subscription is to nothing");
  return hub->result(*reader_, request);
}

double StatsSubscription::seconds() const {
  const auto hub = hub_.lock();
  return hub ? hub->seconds() : 0;
}

}  // namespace lehr
