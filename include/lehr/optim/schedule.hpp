#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Schedules: pure functions of progress in [0, 1], which can be composed. Each throws BadInput if
/// a setting is out of range. Step t of N has progress t / N. At every step, a schedule equals the
/// source that its comment names, for training of any length. torch counts lengths in whole steps,
/// so this holds only if the shares fall on whole steps.
namespace lehr {

using Schedule = std::function<double(double progress)>;

namespace schedules {

Schedule constant(double value);
/// from + (to - from) p. Source: fastai's SchedLin, torch's LinearLR.
Schedule linear(double from, double to);
/// from + (1 + cos(pi (1 - p))) (to - from) / 2. Source: fastai's SchedCos, torch's CosineAnnealingLR.
Schedule cosine(double from, double to);
/// from (to / from)^p; both above 0. Source: fastai's SchedExp, torch's ExponentialLR.
Schedule exponential(double from, double to);
/// from + (to - from) p^power. Source: fastai's SchedPoly.
Schedule polynomial(double from, double to, double power);
/// to + (from - to) (1 - p)^power. Source: torch's PolynomialLR.
Schedule polynomial_decay(double from, double to, double power);
/// value gamma^floor(p / every). `every` is a share of the progress. Source: torch's StepLR.
Schedule step(double value, double gamma, double every);
/// value gamma^n, where n is the number of milestones (rising shares of the progress) reached so
/// far. Source: torch's MultiStepLR.
Schedule multi_step(double value, double gamma, std::vector<double> milestones);

/// Several schedules in sequence. Each covers its share of the progress. A boundary belongs to the
/// later one. Throws BadInput if the numbers of shares and schedules differ, if a share is not
/// positive, or if the shares do not sum to 1 (within 1e-6).
Schedule combine(std::vector<double> shares, std::vector<Schedule> schedules);
/// Rises linearly over the first share, from start_factor times the first value of `then` to that
/// value. Then runs all of `then`. Source: Goyal et al. 2017, as torch's LinearLR followed by
/// another schedule in SequentialLR. torch's default start_factor is 1/3. With 0, the first step
/// changes nothing.
Schedule warm_up(double share, Schedule then, double start_factor = 0);

/// Learning rate and momentum of a training.
struct RateAndMomentum {
  Schedule rate;
  Schedule momentum;  ///< empty: the optimizer's momentum
};

/// Cosine lr_max/25 -> lr_max over the first 25 %, -> lr_max/1e5 after; momentum .95 -> .85 -> .95.
/// Source: Smith and Topin 2018, as fastai's fit_one_cycle.
struct OneCycleOptions {
  double lr_max = 1e-3;
  double pct_start = 0.25;
  double div = 25;
  double div_final = 1e5;
  double momentum_high = 0.95;
  double momentum_low = 0.85;
  std::optional<double> lr_end{};  ///< instead of lr_max / div_final
};
RateAndMomentum one_cycle(const OneCycleOptions& options);
/// torch's OneCycleLR with its defaults and total_steps = steps: cosine lr_max/25 -> lr_max until
/// step .3 steps - 1, -> lr_max / (25 * 1e4) at the last step. It differs from one_cycle by up to
/// one step, because torch divides by steps - 1 and fastai by steps. Learner::steps gives the steps
/// of a fit. lr_end replaces the rate of the last step.
RateAndMomentum pytorch_one_cycle(double lr_max, std::int64_t steps, std::optional<double> lr_end = {});

/// Constant for the first share, then cosine to lr / div_final. Source: fastai's fit_flat_cos.
struct FlatCosOptions {
  double lr = 1e-3;
  double flat = 0.75;
  double div_final = 1e5;
  std::optional<double> lr_end{};  ///< instead of lr / div_final
};
Schedule flat_cos(const FlatCosOptions& options);

/// How a cooldown falls from lr to lr_end over its progress p: by 1 - sqrt(p) or by 1 - p.
enum class CooldownShape { sqrt, linear };
/// "sqrt", "linear". Throws BadInput with the nearest valid name for an unknown name.
CooldownShape cooldown_shape_by_name(std::string_view name);
std::vector<std::string> cooldown_shape_names();

/// Constant, then a cooldown over the last share. With warm_up before it, this is "warm-up, stable,
/// decay". Until the cooldown it equals constant(lr) to the bit. Source: Hägele et al. 2024, arXiv
/// 2405.18392.
struct WsdOptions {
  double lr = 1e-3;
  double lr_end = 0;
  double cooldown = 0.2;  ///< share of the progress, from 0 to 1
  CooldownShape shape = CooldownShape::sqrt;
};
Schedule wsd(const WsdOptions& options);

/// Cosine restarts. Each cycle falls from lr_max to lr_min and is `factor` times as long as the
/// previous one. Source: Loshchilov and Hutter 2016, as fastai's fit_sgdr and torch's
/// CosineAnnealingWarmRestarts.
struct SgdrOptions {
  double lr_max = 1e-3;
  double lr_min = 0;
  std::int64_t cycles = 3;
  double factor = 2;
};
Schedule sgdr(const SgdrOptions& options);

/// Linear up and down between lr_min and lr_max. Source: Smith 2015, as torch's CyclicLR with
/// cycle_momentum = False. height = .5 is its mode triangular2.
struct CyclicOptions {
  double lr_max = 1e-3;
  double lr_min = 1e-4;
  std::int64_t cycles = 3;
  double rising = 0.5;  ///< share of a cycle
  double height = 1;    ///< height of a cycle, relative to the previous one
};
Schedule triangular(const CyclicOptions& options);

/// Settings of a schedule that is made by its name.
struct NamedScheduleOptions {
  std::optional<double> lr_end{};  ///< the rate at progress 1, instead of the schedule's own
  // Of "wsd", as in WsdOptions.
  double cooldown = WsdOptions().cooldown;
  CooldownShape cooldown_shape = WsdOptions().shape;
};

/// A schedule by its name on the command line, for training with this number of steps. lr is its
/// highest rate. Throws BadInput with the nearest valid name for an unknown name. Also throws it if a
/// rate is negative or not finite, if lr_end is above lr or the schedule has no end rate
/// (has_end_rate), or if steps < 1.
RateAndMomentum schedule_by_name(std::string_view name, double lr, std::int64_t steps,
                                 const NamedScheduleOptions& options = {});
std::vector<std::string> schedule_names();
/// Whether a schedule of schedule_names() falls to a rate that NamedScheduleOptions::lr_end sets.
bool has_end_rate(std::string_view name);

}  // namespace schedules
}  // namespace lehr
