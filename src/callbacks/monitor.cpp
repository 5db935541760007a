#include "lehr/callbacks/monitor.hpp"

#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

Monitor::Monitor(MonitorOptions options)
    : options_(std::move(options)),
      lower_(options_.lower.value_or(lower_is_better(options_.metric))),
      best_(0) {
  if (!(options_.min_delta >= 0) || !std::isfinite(options_.min_delta)) {
    throw BadInput("min_delta must be finite and not negative, found " + number_text(options_.min_delta));
  }
  reset();
}

void Monitor::reset(std::optional<double> baseline) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  best_ = baseline.value_or(lower_ ? infinity : -infinity);
}

void Monitor::check(const Learner& learner) const {
  EpochRecord record;  // of the shape that this Learner's will have
  record.train.samples = 1;
  record.valid.samples = learner.options().validate ? 1 : 0;
  for (const auto& metric : learner.metrics()) record.valid.others.push_back({metric->name(), 0});
  monitored(record, options_.metric);
}

std::optional<double> Monitor::value_of(const Learner& learner) const {
  if (learner.history().empty() || !learner.history().back().complete) return std::nullopt;
  return monitored(learner.history().back(), options_.metric);
}

bool Monitor::improves(double value) {
  const bool better = lower_ ? value < best_ - options_.min_delta : value > best_ + options_.min_delta;
  if (better) best_ = value;
  return better;
}

}  // namespace lehr
