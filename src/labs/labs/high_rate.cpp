#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <memory>
#include <optional>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/series.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::labs {
namespace {

std::vector<std::string> peak_rates(const LabSetup& setup) {
  const std::vector<std::string> few{"0.001", "0.01", "0.06", "0.2"};
  const std::vector<std::string> more{"0.001", "0.003", "0.01", "0.03", "0.06", "0.2"};
  const std::vector<std::string> many{"0.0003", "0.001", "0.003", "0.01", "0.03", "0.06", "0.1", "0.2"};
  return setup.pick(few, more, many);
}

constexpr const char* low_rate = "0.001";

StudySpec high_study(const LabSetup& setup, const std::string& part) {
  StudySpec study = setup.study(part);
  study.base.batch_norm = true;
  study.base.train_eval = true;  // for the gap
  study.base.measure = {"sharpness", "weight_norm"};
  study.base.epochs = setup.pick(2, 2, 6);
  study.measures = {"accuracy", "gap", "sharpness", "weight_norm"};
  return study;
}

std::vector<StudySpec> high_studies(const LabSetup& setup) {
  StudySpec peaks = high_study(setup, "peaks");
  // All end at the same rate, because a lower end helps by itself.
  for (const std::string& rate : peak_rates(setup)) {
    peaks.variants.push_back({"peak " + rate, {{"lr", rate}, {"lr-end", "1e-6"}}});
  }
  StudySpec budget = high_study(setup, "super-convergence");
  const std::int64_t epochs = budget.base.epochs;
  const StudySetting constant{"schedule", "constant"};
  budget.variants = {{fmt::format("constant {}", low_rate), {{"lr", low_rate}, constant}},
                     {fmt::format("constant {}, {} times the epochs", low_rate, 3),
                      {{"lr", low_rate}, constant, {"epochs", std::to_string(3 * epochs)}}},
                     {fmt::format("one-cycle to {}", low_rate), {{"lr", low_rate}, {"lr-end", "1e-6"}}},
                     {"one-cycle to 0.06", {{"lr", "0.06"}, {"lr-end", "1e-6"}}}};
  return {peaks, budget};
}

std::vector<Curve> accuracy_curves(const LabView& view, const StudyResult& result) {
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) {
    curves.push_back(epoch_curve(view, result, i, [](const store::EpochRow& epoch) {
      return epoch.valid_accuracy ? 100 * (1 - *epoch.valid_accuracy) : std::nan("");
    }));
  }
  return curves;
}

/// The rate that the rate finder suggests for the network of the first study.
std::optional<double> suggested_rate(const LabView& view) {
  TrainConfig config = view.result(0).spec.base;
  config.seed = view.setup().seeds.front();
  return make_learner(config, {.data = view.setup().data})->find_lr().valley;
}

std::string suggestion_sentence(const StudyResult& peaks, std::optional<double> suggested) {
  if (!suggested) return "The rate finder finds no clear valley for this network.";
  const std::string text = fmt::format("The rate finder suggests {:.2g}.", *suggested);
  const std::optional<study::Best> best = study::best_of(variants_of(peaks, "accuracy"));
  if (!best) return text;
  const double rate = std::stod(setting_of(peaks.spec.variants[best->best], "lr"));
  return text + fmt::format(" The best peak tried is {:.3g} times as high.", rate / *suggested);
}

Evidence high_evidence(const LabView& view) {
  const StudyResult peaks = with_steps_to_loss(view, view.result(0));
  const std::optional<double> suggested = suggested_rate(view);
  const StudyMeasure accuracy = measure_named("accuracy");
  Evidence found;
  found.verdicts.push_back(best_sentence(peaks, accuracy, "One-cycle with different peaks"));
  found.verdicts.push_back(suggestion_sentence(peaks, suggested));
  const Sweep sweep = sweep_of(peaks, "one-cycle", "lr");
  Section rates{"Peak rates compared", {}};
  std::vector<StudyMeasure> measures;
  for (const std::string& name : peaks.spec.measures) measures.push_back(measure_named(name));
  measures.push_back(steps_measure(view.setup()));
  std::vector<report::Marker> markers;
  if (suggested) markers.push_back({"find-lr suggests", *suggested});
  rates.blocks.push_back(outcome_table(peaks, measures, "Mean ± standard deviation over the seeds."));
  for (const StudyMeasure& measure : measures) {
    rates.blocks.push_back(sweep_figure(peaks, measure, {sweep},
                                        {.title = "The peak rate and the " + label_of(measure),
                                         .x_label = "peak rate",
                                         .log_y = measure.name == "sharpness",
                                         .markers = markers}));
  }
  const std::vector<study::Variant> by_rate = variants_of(peaks, "sharpness");
  found.verdicts.push_back(trend_sentence(study::trend(sweep.x, by_rate), "sharpness", "peak rate") + ".");
  found.sections.push_back(std::move(rates));

  const StudyResult budget = with_steps_to_loss(view, view.result(1));
  found.sections.push_back(outcome_section(
      "A high rate against a low one, at equal and at three times the budget", budget, measures));
  found.sections.back().blocks.push_back(curve_figure(
      accuracy_curves(view, budget),
      {.title = "Validation errors by epoch", .x_label = "epoch", .y_label = "% wrong", .log_y = true},
      "Mean of the seeds; the band reaches from the best to the worst seed."));
  const StudyResult super = picked(budget, {1, 3});
  found.verdicts.push_back("Super-convergence, " + verdicts(super, accuracy).front());
  found.verdicts.push_back("At equal budget, " + verdicts(picked(budget, {2, 3}), accuracy).front());
  return found;
}

}  // namespace

void register_high_rate(LabRegistry& registry) {
  Lab lab;
  lab.name = "high-rate";
  lab.question = "What does a high learning rate in the middle buy?";
  lab.said = {
      "With a high rate in the middle, training is faster and ends better: with one-cycle, a ResNet-56 "
      "reached 92.4 % on CIFAR-10 in 10,000 iterations, against 91.2 % in 80,000 with the usual schedule "
      "(super-convergence, Smith and Topin 2017).",
      "A high rate regularises: a small rate leads before the rate is lowered, and loses after it (Li et al. "
      "2019). It skips narrow valleys, so the training ends where the loss is flat.",
      "Sharpness settles near 2 / rate, so a higher rate forces the training to flatter places (Cohen et al. "
      "2021, for the whole set as one batch)."};
  lab.prediction =
      "Accuracy should rise with the peak rate up to some value and then fall. Sharpness at the end should "
      "fall with the peak rate. The best peak may lie well above what the rate finder suggests.";
  lab.experiment =
      "First study: one-cycle with different peaks. All end at the same low rate. Each starts at 1/25 of its "
      "peak. Second study: a constant low rate, with the same number of epochs and with three times as many, "
      "against one-cycle with a low and a high peak. The networks have batch norm. Sharpness is the largest "
      "eigenvalue of the Hessian of the training loss at the end.";
  lab.limits = {
      "With Adam the rate is not comparable to the rate of SGD, for which 2 / rate was measured; Adam "
      "divides by the size of the gradient.",
      "With batch norm the scale of the weights does not change the network, but it does change the "
      "sharpness. The weight norm is shown for this reason.",
      "Short trainings favour high rates: a low rate has too few steps to reach a minimum."};
  lab.sources = {"Smith and Topin, Super-Convergence (2017), https://arxiv.org/abs/1708.07120",
                 "Li, Wei and Ma, Towards Explaining the Regularization Effect of Initial Large Learning "
                 "Rate (2019), https://arxiv.org/abs/1907.04595",
                 "Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of "
                 "Stability (2021), https://arxiv.org/abs/2103.00065"};
  lab.studies = high_studies;
  lab.evidence = high_evidence;
  registry.add(8, std::move(lab));
}

}  // namespace lehr::labs
