#include <array>
#include <cmath>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/optim/schedule.hpp"
#include "optim/settings.hpp"

namespace lehr::schedules {
namespace {

using Make = RateAndMomentum (*)(double lr, std::int64_t steps);
using Named = std::pair<const char*, Make>;

constexpr double warm_up_share = 0.05;

RateAndMomentum rate_only(Schedule rate) { return {std::move(rate), {}}; }

// A rate of zero is allowed and stays zero. An exponential schedule cannot represent it.
RateAndMomentum falling_exponential(double lr, std::int64_t) {
  return rate_only(lr > 0 ? exponential(lr, lr / 1000) : constant(0));
}

constexpr std::array all_schedules{
    Named{"constant", [](double lr, std::int64_t) { return rate_only(constant(lr)); }},
    Named{"cosine", [](double lr, std::int64_t) { return rate_only(cosine(lr, 0)); }},
    Named{"exponential", falling_exponential},
    Named{"flat-cos", [](double lr, std::int64_t) { return rate_only(flat_cos({.lr = lr})); }},
    Named{"linear", [](double lr, std::int64_t) { return rate_only(linear(lr, 0)); }},
    Named{"multi-step",
          [](double lr, std::int64_t) {
            return rate_only(multi_step(lr, 0.1, {0.5, 0.75}));
          }},
    Named{"one-cycle", [](double lr, std::int64_t) { return one_cycle({.lr_max = lr}); }},
    Named{"one-cycle-pytorch", pytorch_one_cycle},
    Named{"polynomial", [](double lr, std::int64_t) { return rate_only(polynomial_decay(lr, 0, 2)); }},
    Named{"sgdr", [](double lr, std::int64_t) { return rate_only(sgdr({.lr_max = lr})); }},
    Named{"step", [](double lr, std::int64_t) { return rate_only(step(lr, 0.1, 1.0 / 3)); }},
    Named{"triangular",
          [](double lr, std::int64_t) { return rate_only(triangular({.lr_max = lr, .lr_min = lr / 10})); }},
    Named{"warmup-cosine",
          [](double lr, std::int64_t) { return rate_only(warm_up(warm_up_share, cosine(lr, 0))); }},
    Named{"warmup-linear",
          [](double lr, std::int64_t) { return rate_only(warm_up(warm_up_share, linear(lr, 0))); }},
};

}  // namespace

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const Named& schedule : all_schedules) names.emplace_back(schedule.first);
  return names;
}

RateAndMomentum schedule_by_name(std::string_view name, double lr, std::int64_t steps) {
  for (const auto& [known, make] : all_schedules) {
    if (name != known) continue;
    optim::require(lr >= 0 && std::isfinite(lr), "the learning rate", "finite and not negative", lr);
    optim::require(steps >= 1, "the number of steps of a training", "at least 1", static_cast<double>(steps));
    return make(lr, steps);
  }
  throw unknown_name("schedule", name, schedule_names());
}

}  // namespace lehr::schedules
