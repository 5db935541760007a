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
  const auto steps = static_cast<double>((setup.data.train->size() + setup.base.batch_size - 1) /
                                         setup.base.batch_size * setup.base.epochs);
  for (const double share : {0.02, 0.05, 0.1}) {
    if (share * steps < 1) continue;  // the first rate is then the full one, as without a warm-up
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

/// One row for each schedule, one column for each rate. `cell` gets the result at that rate and the
/// schedule's index in it.
template <class Cell>
Table by_rate_table(const LabSetup& setup, const StudyResult& result, const std::string& caption,
                    const Cell& cell) {
  Table table{caption, {"schedule"}, {}};
  for (const StudyVariant& schedule : start_schedules(setup)) table.rows.push_back({schedule.name});
  for (const std::string& rate : start_rates(setup)) {
    table.header.push_back("rate " + rate);
    const StudyResult at_rate = only(result, "lr", rate);
    for (std::size_t i = 0; i < table.rows.size(); ++i) table.rows[i].push_back(cell(at_rate, i));
  }
  return table;
}

std::string survivors_sentence(const LabView& view) {
  std::vector<std::string> parts;
  const std::vector<StudyVariant> schedules = start_schedules(view.setup());
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    std::string highest = "none";
    for (const std::string& rate : start_rates(view.setup())) {
      if (failed_runs(only(view.result(), "lr", rate), i).count > 0) break;
      highest = rate;
    }
    parts.push_back(fmt::format("{} ({})", highest, schedules[i].name));
  }
  return fmt::format("Highest rate tried up to which no seed failed: {}.", fmt::join(parts, ", "));
}

/// The sharpness of the first weights. Marks no run as collapsed: after one batch none has learned anything.
study::Summary first_sharpness(StudyResult result) {
  for (StudyRun& run : result.runs) run.collapsed = false;
  return study::summarise(variants_of(result, "sharpness_start").front());
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
  section.blocks.push_back(by_rate_table(view.setup(), view.result(), "Runs that collapsed or diverged.",
                                         [](const StudyResult& at_rate, std::size_t schedule) {
                                           const study::Rate rate = failed_runs(at_rate, schedule);
                                           return fmt::format("{} of {}", rate.count, rate.of);
                                         }));
  for (const StudyMeasure& measure : by_rate) {
    section.blocks.push_back(by_rate_table(
        view.setup(), with_zero, "Mean ± standard deviation of: " + measure.help + ".",
        [&measure](const StudyResult& at_rate, std::size_t schedule) {
          return mean_text(measure, study::summarise(variants_of(at_rate, measure.name)[schedule]));
        }));
  }
  const std::vector<std::string> rates = start_rates(view.setup());
  section.blocks.push_back(
      sweep_figure(view.result(), by_rate.front(), sweeps_by(view.result(), "lr"),
                   {.title = "Accuracy by rate, with and without warm-up", .x_label = "learning rate"},
                   "Only runs that learned something are in the means. A line that ends has no such run at "
                   "higher rates."));
  found.sections.push_back(std::move(section));

  const std::string high = rates[rates.size() / 2];
  const StudyResult at_high = only(view.result(), "lr", high);
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < at_high.spec.variants.size(); ++i)
    curves.push_back(loss_curve(view, at_high, i));
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
  const study::Summary sharpness = first_sharpness(view.result(1));
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
      "Adam.",
      "Statistics of layers come from the batches for which their budget of time allowed, so they differ a "
      "little between two equal trainings."};
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
