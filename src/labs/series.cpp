#include "labs/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "lehr/callbacks/loss_noise.hpp"
#include "lehr/train/lr_curve.hpp"

namespace lehr::labs {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<double> losses_of(const store::RunRecords& run) {
  std::vector<double> losses;
  for (const store::StepRow& step : run.steps) {
    if (step.training) losses.push_back(step.loss);
  }
  return losses;
}

std::vector<double> smoothed(const std::vector<double>& losses) {
  constexpr double beta = 0.9;
  SmoothedLoss mean(beta);
  std::vector<double> out;
  for (const double loss : losses) out.push_back(mean.add(loss));
  return out;
}

std::optional<std::int64_t> batches_to_loss(const store::RunRecords& run, double target) {
  const std::vector<double> losses = smoothed(losses_of(run));
  const auto found = std::ranges::find_if(losses, [target](double loss) { return loss <= target; });
  if (found == losses.end()) return std::nullopt;
  return found - losses.begin() + 1;
}

double loss_target(const LabSetup& setup) {
  constexpr double share = 0.25;
  return share * std::log(static_cast<double>(setup.data.classes()));
}

StudyMeasure steps_measure(const LabSetup& setup) {
  return own_measure(
      "steps_to_loss",
      fmt::format("optimizer steps until the smoothed training loss is {:.3g}", loss_target(setup)));
}

StudyResult with_steps_to_loss(const LabView& view, const StudyResult& result) {
  const double target = loss_target(view.setup());
  return view.with_value(result, "steps_to_loss", [target](const store::RunRecords& run) {
    const std::optional<std::int64_t> batches = batches_to_loss(run, target);
    return batches ? std::optional<double>(static_cast<double>(*batches)) : std::nullopt;
  });
}

Curve epoch_curve(const LabView& view, const StudyResult& result, std::size_t variant,
                  const std::function<double(const store::EpochRow&)>& value) {
  Curve curve{.name = result.spec.variants[variant].name};
  for (const StudyRun& run : result.runs) {
    if (run.variant != variant) continue;
    std::vector<double> values;
    for (const store::EpochRow& epoch : view.store().epochs(run.id)) values.push_back(value(epoch));
    curve.runs.push_back(std::move(values));
  }
  std::size_t longest = 0;
  for (const std::vector<double>& run : curve.runs) longest = std::max(longest, run.size());
  for (std::size_t i = 0; i < longest; ++i) curve.x.push_back(static_cast<double>(i + 1));
  for (std::vector<double>& run : curve.runs) run.resize(longest, missing);
  return curve;
}

Curve loss_curve(const LabView& view, const StudyResult& result, std::size_t variant, std::size_t points) {
  Curve curve{.name = result.spec.variants[variant].name};
  std::vector<std::vector<double>> all;
  std::size_t longest = 0;
  for (const StudyRun& run : result.runs) {
    if (run.variant != variant) continue;
    all.push_back(smoothed(losses_of(view.records(run.id))));
    longest = std::max(longest, all.back().size());
  }
  const std::size_t step = std::max<std::size_t>(1, longest / points);
  for (std::size_t at = 0; at < longest; at += step) curve.x.push_back(static_cast<double>(at + 1));
  for (const std::vector<double>& losses : all) {
    std::vector<double> kept;
    for (std::size_t at = 0; at < longest; at += step)
      kept.push_back(at < losses.size() ? losses[at] : missing);
    curve.runs.push_back(std::move(kept));
  }
  return curve;
}

std::optional<double> late_noise(const store::RunRecords& run) {
  constexpr std::size_t parts = 5;
  const std::vector<double> losses = losses_of(run);
  const double noise = deviation_from_trend(std::span(losses).last(losses.size() / parts));
  return std::isfinite(noise) ? std::optional(noise) : std::nullopt;
}

}  // namespace lehr::labs
