#include "labs/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

std::vector<double> smoothed(const std::vector<double>& values, double beta) {
  std::vector<double> out;
  double average = 0;
  double weight = 0;
  for (const double value : values) {
    average = beta * average + (1 - beta) * value;
    weight = beta * weight + (1 - beta);
    out.push_back(average / weight);
  }
  return out;
}

std::optional<std::int64_t> batches_to_loss(const store::RunRecords& run, double target) {
  const std::vector<double> losses = smoothed(losses_of(run), 0.9);
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
    all.push_back(smoothed(losses_of(view.records(run.id)), 0.9));
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

double late_noise(const store::RunRecords& run, double share) {
  const std::vector<double> losses = losses_of(run);
  const auto from = static_cast<std::ptrdiff_t>(static_cast<double>(losses.size()) * (1 - share));
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (auto loss = losses.begin() + from; loss != losses.end(); ++loss) {
    sum += *loss;
    squares += *loss * *loss;
    ++count;
  }
  if (count < 2) return missing;
  return std::sqrt(std::max(0.0, (squares - sum * sum / count) / (count - 1)));
}

}  // namespace lehr::labs
