#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/layers.hpp"
#include "labs/series.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::labs {
namespace {

std::vector<std::string> start_rates(const LabSetup& setup) {
  const std::vector<std::string> few{"0.003", "0.01", "0.03", "0.1"};
  const std::vector<std::string> many{"0.003", "0.01", "0.03", "0.06", "0.1", "0.3"};
  return setup.pick(few, few, many);
}

std::vector<StudyVariant> start_schedules(const LabSetup& setup) {
  const StudySetting constant{"schedule", "constant"};
  std::vector<StudyVariant> all{{"no warm-up", {constant}}};
  for (const double share : {0.02, 0.05, 0.1}) {
    const double epochs = share * static_cast<double>(setup.base.epochs);
    all.push_back(
        {fmt::format("warm-up {:.0f} %", 100 * share), {constant, {"warm-up", number_text(epochs)}}});
  }
  all.push_back({"one-cycle", {{"schedule", "one-cycle"}}});
  return all;
}

std::vector<StudySpec> start_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  study.base.stats = true;
  study.base.measure = {"gradient_norm", "loss_noise"};
  study.variants = crossed(start_schedules(setup), {"lr", start_rates(setup)});
  study.measures = {"accuracy"};
  // All schedules start from the same weights.
  StudySpec start = setup.study("sharpness");
  start.base.measure = {"sharpness"};
  start.base.epochs = 1;
  start.base.max_batches = 1;
  start.base.schedule = "constant";
  start.variants = {{"first weights", {}}};
  return {study, start};
}

/// The result with no run marked as collapsed: after one batch a network has learned nothing.
StudyResult all_learned(StudyResult result) {
  for (StudyRun& run : result.runs) run.collapsed = false;
  return result;
}

/// How many runs of a variant failed.
study::Rate failed_runs(const StudyResult& result, std::size_t variant) {
  study::Rate rate;
  for (const StudyRun& run : result.runs) {
    if (run.variant != variant) continue;
    ++rate.of;
    if (run.collapsed || run.diverged) ++rate.count;
  }
  return rate;
}

std::size_t variant_at(const StudyResult& result, const std::string& name) {
  const auto found = std::ranges::find(result.spec.variants, name, &StudyVariant::name);
  return static_cast<std::size_t>(found - result.spec.variants.begin());
}

/// One row for each schedule, one column for each rate.
template <class Cell>
Table by_rate_table(const LabView& view, const std::string& caption, const Cell& cell) {
  const std::vector<std::string> rates = start_rates(view.setup());
  Table table{caption, {"schedule"}, {}};
  for (const std::string& rate : rates) table.header.push_back("rate " + rate);
  for (const StudyVariant& schedule : start_schedules(view.setup())) {
    std::vector<std::string> cells{schedule.name};
    for (const std::string& rate : rates) {
      cells.push_back(cell(variant_at(view.result(), schedule.name + ", lr " + rate)));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string survivors_sentence(const LabView& view) {
  std::vector<std::string> parts;
  for (const StudyVariant& schedule : start_schedules(view.setup())) {
    std::string highest = "none";
    for (const std::string& rate : start_rates(view.setup())) {
      if (failed_runs(view.result(), variant_at(view.result(), schedule.name + ", lr " + rate)).count > 0)
        break;
      highest = rate;
    }
    parts.push_back(fmt::format("{} ({})", highest, schedule.name));
  }
  return fmt::format("Highest rate tried up to which no seed failed: {}.", fmt::join(parts, ", "));
}

Evidence start_evidence(const LabView& view) {
  const StudyResult with_zero = view.with_value(view.result(), "near_zero", mean_near_zero);
  const std::vector<StudyMeasure> by_rate{
      measure_named("accuracy"),
      own_measure("near_zero", "share of activations near zero at the end, mean over layers", "%"),
      measure_named("gradient_norm_max"), measure_named("loss_spike")};
  Evidence found;
  found.verdicts.push_back(survivors_sentence(view));
  Section section{"Which rates survive", {}};
  section.blocks.push_back(by_rate_table(view, "Runs that collapsed or diverged.", [&](std::size_t variant) {
    const study::Rate rate = failed_runs(view.result(), variant);
    return fmt::format("{} of {}", rate.count, rate.of);
  }));
  for (const StudyMeasure& measure : by_rate) {
    section.blocks.push_back(
        by_rate_table(view, "Mean ± standard deviation of: " + measure.help + ".", [&](std::size_t variant) {
          return mean_text(measure, study::summarise(variants_of(with_zero, measure.name)[variant]));
        }));
  }
  std::vector<Sweep> sweeps;
  const std::vector<std::string> rates = start_rates(view.setup());
  for (const StudyVariant& schedule : start_schedules(view.setup())) {
    Sweep sweep{schedule.name, {}, {}};
    for (const std::string& rate : rates) {
      sweep.variants.push_back(variant_at(view.result(), schedule.name + ", lr " + rate));
      sweep.x.push_back(std::stod(rate));
    }
    sweeps.push_back(std::move(sweep));
  }
  section.blocks.push_back(
      sweep_figure(view.result(), by_rate.front(), sweeps,
                   {.title = "Accuracy by rate, with and without warm-up", .x_label = "learning rate"},
                   "Only runs that learned something are in the means. A line that ends has no such run at "
                   "higher rates."));
  found.sections.push_back(std::move(section));

  const std::string high = rates[rates.size() / 2];
  std::vector<Curve> curves;
  for (const StudyVariant& schedule : start_schedules(view.setup())) {
    Curve curve = loss_curve(view, view.result(), variant_at(view.result(), schedule.name + ", lr " + high));
    curve.name = schedule.name;
    curves.push_back(std::move(curve));
  }
  found.sections.push_back(
      {"The first batches",
       {curve_figure(curves,
                     {.title = "Training loss at a rate of " + high,
                      .x_label = "batch",
                      .y_label = "loss",
                      .log_x = true,
                      .log_y = true},
                     "Smoothed loss, mean of the seeds; the band reaches over all seeds.")}});
  const StudyResult tuned_rates = tuned(view.result(), "lr", by_rate.front()).result;
  found.verdicts.push_back(best_sentence(tuned_rates, by_rate.front(), "Rate tuned for each schedule"));
  found.sections.push_back(
      outcome_section("The rate tuned for each schedule", tuned_rates, {by_rate.front()}));
  const study::Summary sharpness =
      study::summarise(variants_of(all_learned(view.result(1)), "sharpness_start").front());
  if (sharpness.n > 0) {
    found.verdicts.push_back(
        fmt::format("The sharpness before the first batch is {:.3g} ± {:.2g} (standard deviation over the "
                    "seeds). Plain gradient descent is stable up to a rate of 2 / sharpness = {:.2g}.",
                    sharpness.mean, sharpness.sd, 2 / sharpness.mean));
  }
  return found;
}

}  // namespace

void register_start_low(LabRegistry& registry) {
  Lab lab;
  lab.name = "start-low";
  lab.question = "Why not start with a high learning rate?";
  lab.said = {
      "The first weights are random and the first gradients are large. With a high rate, the first steps "
      "bring the network to a region where most activations are zero, and it does not recover.",
      "Warm-up stabilises a training as much as batch norm does (Gilmer et al. 2021).",
      "With 5 epochs of warm-up, a batch of 8192 trains as well as one of 256 (Goyal et al. 2017)."};
  lab.prediction =
      "Without warm-up, high rates should collapse in some seeds: the loss jumps and the share of "
      "activations near zero goes to one. Warm-up should raise the highest rate that survives. At low rates "
      "it should make no difference.";
  lab.experiment =
      "Constant rates without warm-up and with linear warm-up over 2, 5 and 10 % of the training, and "
      "one-cycle, each at several rates. The network has no batch norm. The tables count the trainings that "
      "collapsed or diverged; means are over the others. A second study measures the sharpness before the "
      "first batch.";
  lab.limits = {
      "With few seeds a failure that occurs in one of ten trainings is easily missed: 0 of 5 is compatible "
      "with a failure rate of up to 43 % (95 % interval, Wilson).",
      "Adam divides by the size of the gradient, so its first steps are about as large as the others. SGD "
      "behaves differently.",
      "The stability limit of 2 / sharpness holds for plain gradient descent on the whole set, not for "
      "Adam."};
  lab.sources = {
      "Gilmer et al., A Loss Curvature Perspective on Training Instability (2021), "
      "https://arxiv.org/abs/2110.04369",
      "Goyal et al., Accurate, Large Minibatch SGD (2017), https://arxiv.org/abs/1706.02677",
      "Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability (2021), "
      "https://arxiv.org/abs/2103.00065"};
  lab.studies = start_studies;
  lab.evidence = start_evidence;
  registry.add(7, std::move(lab));
}

}  // namespace lehr::labs
