#include "lehr/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "optim/settings.hpp"

namespace lehr::schedules {
namespace {

// A boundary counts as reached slightly before it, because progress and sums of shares are not
// exact.
constexpr double rounding = 1e-12;

void require_finite(const char* schedule, std::initializer_list<double> values) {
  for (const double value : values) {
    optim::require(std::isfinite(value), std::string("a value of the ") + schedule + " schedule", "finite",
                   value);
  }
}

void require_power(double power) {
  optim::require(power > 0 && std::isfinite(power), "the power of the polynomial schedule",
                 "above 0 and finite", power);
}

void require_gamma(double gamma) {
  optim::require(gamma >= 0 && std::isfinite(gamma), "gamma of the step schedule", "at least 0 and finite",
                 gamma);
}

// The end of each share. The last one is exactly 1.
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

Schedule linear(double from, double to) {
  require_finite("linear", {from, to});
  return [from, to](double progress) { return from + (to - from) * progress; };
}

Schedule cosine(double from, double to) {
  return [from, to](double progress) {
    return from + (1 + std::cos(std::numbers::pi * (1 - progress))) * (to - from) / 2;
  };
}

Schedule exponential(double from, double to) {
  for (const double value : {from, to}) {
    optim::require(value > 0 && std::isfinite(value), "a value of the exponential schedule",
                   "above 0 and finite", value);
  }
  return [from, to](double progress) { return from * std::pow(to / from, progress); };
}

Schedule polynomial(double from, double to, double power) {
  require_finite("polynomial", {from, to});
  require_power(power);
  return [=](double progress) { return from + (to - from) * std::pow(progress, power); };
}

Schedule polynomial_decay(double from, double to, double power) {
  require_finite("polynomial", {from, to});
  require_power(power);
  return [=](double progress) { return to + (from - to) * std::pow(1 - progress, power); };
}

Schedule step(double value, double gamma, double every) {
  require_finite("step", {value});
  require_gamma(gamma);
  optim::require(every > 0 && every <= 1, "the share between the steps of a schedule",
                 "above 0 and at most 1", every);
  return [=](double progress) { return value * std::pow(gamma, std::floor((progress + rounding) / every)); };
}

Schedule multi_step(double value, double gamma, std::vector<double> milestones) {
  require_finite("step", {value});
  require_gamma(gamma);
  double before = 0;
  for (const double milestone : milestones) {
    optim::require(milestone > before && milestone < 1, "a milestone of a schedule",
                   "below 1 and above 0 and the one before", milestone);
    before = milestone;
  }
  return [value, gamma, milestones = std::move(milestones)](double progress) {
    const auto reached = std::ranges::upper_bound(milestones, progress + rounding) - milestones.begin();
    return value * std::pow(gamma, static_cast<double>(reached));
  };
}

Schedule combine(std::vector<double> shares, std::vector<Schedule> schedules) {
  if (shares.size() != schedules.size() || shares.empty()) {
    throw BadInput("expected as many shares as schedules and at least one, found " +
                   counted(shares.size(), "share") + " and " + counted(schedules.size(), "schedule"));
  }
  if (std::ranges::any_of(schedules, [](const Schedule& schedule) { return !schedule; })) {
    throw BadInput("a schedule to combine was expected, found an empty function");
  }
  return [ends = ends_of(shares), parts = std::move(schedules)](double progress) {
    const auto past = std::ranges::upper_bound(ends, progress + rounding);
    const auto part = std::min(static_cast<std::size_t>(past - ends.begin()), ends.size() - 1);
    const double begin = part == 0 ? 0 : ends[part - 1];
    return parts[part](std::clamp((progress - begin) / (ends[part] - begin), 0.0, 1.0));
  };
}

Schedule warm_up(double share, Schedule then, double start_factor) {
  optim::require(share > 0 && share < 1, "the share of the warm-up", "above 0 and below 1", share);
  optim::require(start_factor >= 0 && std::isfinite(start_factor), "the start factor of the warm-up",
                 "at least 0 and finite", start_factor);
  if (!then) throw BadInput("a schedule behind the warm-up was expected, found an empty function");
  const double goal = then(0);
  return combine({share, 1 - share}, {linear(start_factor * goal, goal), std::move(then)});
}

}  // namespace lehr::schedules
