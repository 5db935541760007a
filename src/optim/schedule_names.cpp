#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/optim/schedule.hpp"
#include "optim/settings.hpp"

namespace lehr::schedules {
namespace {

/// What a schedule is made from.
struct Request {
  double lr = 0;
  std::int64_t steps = 1;
  const NamedScheduleOptions& options;

  double end_or(double own) const { return options.lr_end.value_or(own); }
};

constexpr double warm_up_share = 0.05;

RateAndMomentum rate_only(Schedule rate) { return {std::move(rate), {}}; }

// A rate of zero is allowed and stays zero. An exponential schedule cannot represent it.
RateAndMomentum falling_exponential(const Request& r) {
  return rate_only(r.lr > 0 ? exponential(r.lr, r.end_or(r.lr / 1000)) : constant(0));
}

RateAndMomentum warm_up_stable_decay(const Request& r) {
  return rate_only(wsd({.lr = r.lr,
                        .lr_end = r.end_or(0),
                        .cooldown = r.options.cooldown,
                        .shape = r.options.cooldown_shape}));
}

struct Named {
  const char* name;
  bool has_end;
  RateAndMomentum (*make)(const Request& request);
};

constexpr std::array all_schedules{
    Named{"constant", false, [](const Request& r) { return rate_only(constant(r.lr)); }},
    Named{"cosine", true, [](const Request& r) { return rate_only(cosine(r.lr, r.end_or(0))); }},
    Named{"exponential", true, falling_exponential},
    Named{"flat-cos", true,
          [](const Request& r) { return rate_only(flat_cos({.lr = r.lr, .lr_end = r.options.lr_end})); }},
    Named{"linear", true, [](const Request& r) { return rate_only(linear(r.lr, r.end_or(0))); }},
    Named{"multi-step", false,
          [](const Request& r) {
            return rate_only(multi_step(r.lr, 0.1, {0.5, 0.75}));
          }},
    Named{"one-cycle", true,
          [](const Request& r) { return one_cycle({.lr_max = r.lr, .lr_end = r.options.lr_end}); }},
    Named{"one-cycle-pytorch", true,
          [](const Request& r) { return pytorch_one_cycle(r.lr, r.steps, r.options.lr_end); }},
    Named{"polynomial", true,
          [](const Request& r) { return rate_only(polynomial_decay(r.lr, r.end_or(0), 2)); }},
    Named{"sgdr", false, [](const Request& r) { return rate_only(sgdr({.lr_max = r.lr})); }},
    Named{"step", false, [](const Request& r) { return rate_only(step(r.lr, 0.1, 1.0 / 3)); }},
    Named{"triangular", false,
          [](const Request& r) { return rate_only(triangular({.lr_max = r.lr, .lr_min = r.lr / 10})); }},
    Named{"warmup-cosine", true,
          [](const Request& r) { return rate_only(warm_up(warm_up_share, cosine(r.lr, r.end_or(0)))); }},
    Named{"warmup-linear", true,
          [](const Request& r) { return rate_only(warm_up(warm_up_share, linear(r.lr, r.end_or(0)))); }},
    Named{"wsd", true, warm_up_stable_decay},
};

const Named& named(std::string_view name) {
  const auto found =
      std::ranges::find_if(all_schedules, [name](const Named& schedule) { return name == schedule.name; });
  if (found != all_schedules.end()) return *found;
  throw unknown_name("schedule", name, schedule_names());
}

void check_end(const Named& schedule, double lr, double lr_end) {
  if (!schedule.has_end)
    throw BadInput("the schedule " + in_quotes(std::string_view(schedule.name)) +
                   " has no rate at the end to set");
  optim::require(lr_end >= 0 && lr_end <= lr, "the learning rate at the end",
                 "at least 0 and at most the highest rate, " + number_text(lr), lr_end);
}

constexpr std::array cooldown_shapes{std::pair{"linear", CooldownShape::linear},
                                     std::pair{"sqrt", CooldownShape::sqrt}};

}  // namespace

std::vector<std::string> cooldown_shape_names() {
  std::vector<std::string> names;
  for (const auto& [name, shape] : cooldown_shapes) names.emplace_back(name);
  return names;
}

CooldownShape cooldown_shape_by_name(std::string_view name) {
  for (const auto& [known, shape] : cooldown_shapes) {
    if (name == known) return shape;
  }
  throw unknown_name("shape of a cooldown", name, cooldown_shape_names());
}

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const Named& schedule : all_schedules) names.emplace_back(schedule.name);
  return names;
}

bool has_end_rate(std::string_view name) { return named(name).has_end; }

RateAndMomentum schedule_by_name(std::string_view name, double lr, std::int64_t steps,
                                 const NamedScheduleOptions& options) {
  const Named& schedule = named(name);
  optim::require(lr >= 0 && std::isfinite(lr), "the learning rate", "finite and not negative", lr);
  optim::require(steps >= 1, "the number of steps of a training", "at least 1", static_cast<double>(steps));
  if (options.lr_end) check_end(schedule, lr, *options.lr_end);
  return schedule.make({lr, steps, options});
}

}  // namespace lehr::schedules
