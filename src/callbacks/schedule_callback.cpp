#include "lehr/callbacks/schedule_callback.hpp"

#include <array>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

constexpr std::array<std::pair<std::string_view, double Rates::*>, 5> rates{{
    {"lr", &Rates::lr},
    {"momentum", &Rates::momentum},
    {"weight_decay", &Rates::weight_decay},
    {"decoupled_decay", &Rates::decoupled_decay},
    {"l1", &Rates::l1},
}};

double Rates::*rate_named(std::string_view name) {
  for (const auto& [known, rate] : rates) {
    if (known == name) return rate;
  }
  throw unknown_name("hyperparameter", name, schedulable());
}

}  // namespace

std::vector<std::string> schedulable() {
  std::vector<std::string> names;
  for (const auto& [name, rate] : rates) names.emplace_back(name);
  return names;
}

ScheduleCallback::ScheduleCallback(std::string hyperparameter, Schedule schedule)
    : hyperparameter_(std::move(hyperparameter)),
      schedule_(std::move(schedule)),
      name_("ScheduleCallback " + hyperparameter_) {
  rate_named(hyperparameter_);
  if (!schedule_) throw BadInput("a schedule for " + hyperparameter_ + " was expected, found none");
}

void ScheduleCallback::before_batch(Learner& learner) {
  const Progress& p = learner.progress();
  if (!p.training) return;
  learner.rates().*rate_named(hyperparameter_) = schedule_(p.share());
}

}  // namespace lehr
