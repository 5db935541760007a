#include <algorithm>
#include <cmath>

#include "lehr/optim/schedule.hpp"
#include "optim/settings.hpp"

namespace lehr::schedules {
namespace {

constexpr std::int64_t max_cycles = 1000;

void require_rate(const std::string& name, double lr) {
  optim::require(lr >= 0 && std::isfinite(lr), name, "finite and not negative", lr);
}

void require_end(std::optional<double> lr_end) {
  if (lr_end) require_rate("the learning rate at the end", *lr_end);
}

void require_divisor(const std::string& name, double div) {
  optim::require(div > 0 && std::isfinite(div), name, "above 0 and finite", div);
}

void require_cycles(const std::string& schedule, std::int64_t cycles) {
  optim::require(cycles >= 1 && cycles <= max_cycles, "the number of cycles of " + schedule,
                 "between 1 and 1000", static_cast<double>(cycles));
}

}  // namespace

RateAndMomentum one_cycle(const OneCycleOptions& o) {
  require_rate("the highest learning rate", o.lr_max);
  optim::require(o.pct_start > 0 && o.pct_start < 1, "the rising share of one-cycle", "above 0 and below 1",
                 o.pct_start);
  require_divisor("div of one-cycle", o.div);
  require_divisor("div_final of one-cycle", o.div_final);
  require_end(o.lr_end);
  for (const double momentum : {o.momentum_high, o.momentum_low}) {
    optim::require(momentum >= 0 && momentum < 1, "the momentum of one-cycle", "at least 0 and below 1",
                   momentum);
  }
  const auto there_and_back = [&](double start, double middle, double end) {
    return combine({o.pct_start, 1 - o.pct_start}, {cosine(start, middle), cosine(middle, end)});
  };
  return {there_and_back(o.lr_max / o.div, o.lr_max, o.lr_end.value_or(o.lr_max / o.div_final)),
          there_and_back(o.momentum_high, o.momentum_low, o.momentum_high)};
}

RateAndMomentum pytorch_one_cycle(double lr_max, std::int64_t steps, std::optional<double> lr_end) {
  require_rate("the highest learning rate", lr_max);
  require_end(lr_end);
  optim::require(steps >= 1, "the number of steps of a one-cycle schedule", "at least 1",
                 static_cast<double>(steps));
  const double last = static_cast<double>(steps) - 1;
  const double peak = 0.3 * static_cast<double>(steps) - 1;  // negative for 3 steps and fewer
  const auto there_and_back = [=](double start, double middle, double end) -> Schedule {
    const Schedule rise = cosine(start, middle);
    const Schedule fall = cosine(middle, end);
    return [=](double progress) {
      const double step = std::min(progress * static_cast<double>(steps), last);
      return step <= peak && peak > 0 ? rise(step / peak) : fall((step - peak) / (last - peak));
    };
  };
  return {there_and_back(lr_max / 25, lr_max, lr_end.value_or(lr_max / (25 * 1e4))),
          there_and_back(0.95, 0.85, 0.95)};
}

Schedule flat_cos(const FlatCosOptions& o) {
  require_rate("the learning rate", o.lr);
  optim::require(o.flat > 0 && o.flat < 1, "the flat share of flat-cos", "above 0 and below 1", o.flat);
  require_divisor("div_final of flat-cos", o.div_final);
  require_end(o.lr_end);
  return combine({o.flat, 1 - o.flat}, {constant(o.lr), cosine(o.lr, o.lr_end.value_or(o.lr / o.div_final))});
}

Schedule wsd(const WsdOptions& o) {
  require_rate("the learning rate", o.lr);
  require_end(o.lr_end);
  optim::require(o.cooldown >= 0 && o.cooldown <= 1, "the share of the cooldown", "from 0 to 1", o.cooldown);
  if (o.cooldown == 0) return constant(o.lr);
  const double power = o.shape == CooldownShape::sqrt ? 0.5 : 1;
  const Schedule cooldown = polynomial(o.lr, o.lr_end, power);
  if (o.cooldown == 1) return cooldown;
  return combine({1 - o.cooldown, o.cooldown}, {constant(o.lr), cooldown});
}

Schedule sgdr(const SgdrOptions& o) {
  require_rate("the highest learning rate", o.lr_max);
  require_rate("the lowest learning rate", o.lr_min);
  require_cycles("sgdr", o.cycles);
  optim::require(o.factor > 0 && std::isfinite(o.factor), "the factor of sgdr's cycles", "above 0 and finite",
                 o.factor);
  std::vector<double> shares;
  double sum = 0;
  for (std::int64_t cycle = 0; cycle < o.cycles; ++cycle) {
    shares.push_back(std::pow(o.factor, static_cast<double>(cycle)));
    sum += shares.back();
  }
  optim::require(std::isfinite(sum), "the sum of the lengths of sgdr's cycles", "finite", sum);
  for (double& share : shares) share /= sum;
  return combine(shares, std::vector<Schedule>(shares.size(), cosine(o.lr_max, o.lr_min)));
}

Schedule triangular(const CyclicOptions& o) {
  require_rate("the highest learning rate", o.lr_max);
  require_rate("the lowest learning rate", o.lr_min);
  require_cycles("the triangular schedule", o.cycles);
  optim::require(o.rising > 0 && o.rising < 1, "the rising share of a triangular cycle",
                 "above 0 and below 1", o.rising);
  optim::require(o.height > 0 && o.height <= 1, "the height of a triangular cycle over the one before",
                 "above 0 and at most 1", o.height);
  return [o](double progress) {
    const double position = progress * static_cast<double>(o.cycles);
    const double cycle = std::min(std::floor(position), static_cast<double>(o.cycles - 1));
    const double within = position - cycle;
    const double up = within < o.rising ? within / o.rising : (1 - within) / (1 - o.rising);
    return o.lr_min + (o.lr_max - o.lr_min) * up * std::pow(o.height, cycle);
  };
}

}  // namespace lehr::schedules
