#include "lehr/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lehr/core/error.hpp"
#include "optim/settings.hpp"

namespace lehr::schedules {
namespace {

// Where each share ends; the last one ends at exactly 1.
std::vector<double> ends_of(const std::vector<double>& shares) {
  std::vector<double> ends;
  double sum = 0;
  for (const double share : shares) {
    optim::require(share > 0, "a schedule's share of the progress", "above 0", share);
    sum += share;
    ends.push_back(sum);
  }
  optim::require(std::abs(sum - 1) <= 1e-6, "the sum of the schedules' shares", "1", sum);
  ends.back() = 1;
  return ends;
}

}  // namespace

Schedule constant(double value) {
  return [value](double) { return value; };
}

Schedule cosine(double from, double to) {
  return [from, to](double progress) {
    return from + (1 + std::cos(std::numbers::pi * (1 - progress))) * (to - from) / 2;
  };
}

Schedule combine(std::vector<double> shares, std::vector<Schedule> schedules) {
  if (shares.size() != schedules.size() || shares.empty()) {
    throw BadInput("expected as many shares as schedules and at least one, found " +
                   std::to_string(shares.size()) + " shares and " + std::to_string(schedules.size()) +
                   " schedules");
  }
  return [ends = ends_of(shares), parts = std::move(schedules)](double progress) {
    const auto past = std::upper_bound(ends.begin(), ends.end(), progress);
    const auto part = std::min(static_cast<std::size_t>(past - ends.begin()), ends.size() - 1);
    const double begin = part == 0 ? 0 : ends[part - 1];
    return parts[part]((progress - begin) / (ends[part] - begin));
  };
}

RateAndMomentum one_cycle(const OneCycleOptions& o) {
  optim::require(o.lr_max >= 0 && std::isfinite(o.lr_max), "the highest learning rate",
                 "finite and not negative", o.lr_max);
  optim::require(o.pct_start > 0 && o.pct_start < 1, "the rising share of one-cycle", "above 0 and below 1",
                 o.pct_start);
  optim::require(o.div > 0 && std::isfinite(o.div), "div of one-cycle", "above 0 and finite", o.div);
  optim::require(o.div_final > 0 && std::isfinite(o.div_final), "div_final of one-cycle",
                 "above 0 and finite", o.div_final);
  for (const double momentum : {o.momentum_high, o.momentum_low}) {
    optim::require(momentum >= 0 && momentum < 1, "the momentum of one-cycle", "at least 0 and below 1",
                   momentum);
  }
  const auto there_and_back = [&](double start, double middle, double end) {
    return combine({o.pct_start, 1 - o.pct_start}, {cosine(start, middle), cosine(middle, end)});
  };
  return {there_and_back(o.lr_max / o.div, o.lr_max, o.lr_max / o.div_final),
          there_and_back(o.momentum_high, o.momentum_low, o.momentum_high)};
}

}  // namespace lehr::schedules
