#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/series.hpp"
#include "study/wording.hpp"

namespace lehr::labs {
namespace {

std::vector<StudySpec> noisy_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  study.base.batch_norm = true;
  study.base.schedule = "constant";
  study.base.lr = 0.003;
  study.base.epochs = setup.pick(8, 8, 40);
  study.variants = {{"true labels", {{"label-noise", "0"}}},
                    {"20 % wrong", {{"label-noise", "0.2"}}},
                    {"50 % wrong", {{"label-noise", "0.5"}}}};
  study.measures = {"accuracy", "best_accuracy"};
  return {study};
}

/// Adds how much accuracy a run lost between its best and its last epoch.
StudyResult with_loss_since_best(StudyResult result) {
  for (StudyRun& run : result.runs) {
    const auto best = run.values.find("best_accuracy");
    const auto last = run.values.find("accuracy");
    if (best != run.values.end() && last != run.values.end()) {
      run.values["accuracy_lost"] = best->second - last->second;
    }
  }
  return result;
}

/// The epoch, from 1, at which the mean over the seeds is highest.
std::size_t best_epoch(const Curve& curve) {
  std::size_t best = 0;
  double highest = -1;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    double sum = 0;
    for (const std::vector<double>& run : curve.runs) sum += std::isfinite(run[i]) ? run[i] : 0;
    if (sum <= highest) continue;
    highest = sum;
    best = i;
  }
  return best + 1;
}

Evidence noisy_evidence(const LabView& view) {
  const StudyResult result = with_loss_since_best(view.result());
  const StudyMeasure lost =
      own_measure("accuracy_lost", "accuracy lost between the best epoch and the last one", "%", false);
  std::vector<Curve> curves;
  Evidence found;
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) {
    curves.push_back(epoch_curve(view, result, i, [](const store::EpochRow& epoch) {
      return epoch.valid_accuracy ? 100 * *epoch.valid_accuracy : std::numeric_limits<double>::quiet_NaN();
    }));
    const study::Summary summary = study::summarise(variants_of(result, "accuracy_lost")[i]);
    found.verdicts.push_back(fmt::format(
        "{}: best after epoch {} of {} (mean of the seeds); the last epoch is {:.2f} points below a run's "
        "best (95 % interval {} to {}).",
        result.spec.variants[i].name, best_epoch(curves.back()), result.spec.base.epochs, 100 * summary.mean,
        study::fixed_text(100 * std::max(0.0, summary.interval.low), 2),
        study::fixed_text(100 * summary.interval.high, 2)));
  }
  for (const std::string& sentence : verdicts(result, lost)) found.verdicts.push_back(sentence);
  found.sections.push_back(
      {"Accuracy by epoch",
       {curve_figure(curves,
                     {.title = "Validation accuracy by epoch", .x_label = "epoch", .y_label = "accuracy (%)"},
                     "Mean of the seeds; the band reaches from the worst to the best seed. The labels of the "
                     "validation set are right."),
        outcome_table(result, {measure_named("accuracy"), measure_named("best_accuracy"), lost}),
        outcome_figure(result, lost, "Accuracy lost since the best epoch"),
        Bullets{verdicts(result, lost)}}});
  return found;
}

}  // namespace

void register_noisy_labels(LabRegistry& registry) {
  Lab lab;
  lab.name = "noisy-labels";
  lab.question = "Why can more epochs hurt if labels are wrong?";
  lab.said = {
      "With 50 % wrong labels on Imagenette (128 pixels), trainings of 5, 20, 80 and 200 epochs reach an "
      "accuracy of 66.6, 79.4, 50.8 and 52.2 %: the network first learns the pattern and then memorises the "
      "wrong labels.",
      "With true labels, more epochs rarely hurt."};
  lab.prediction =
      "With wrong labels the accuracy on true labels should rise and then fall. If more labels are wrong, it "
      "should fall earlier and further. With true labels it should level off.";
  lab.experiment =
      "None, 20 % or 50 % of the training labels are replaced by wrong ones, the same in all seeds. The rate "
      "is constant, so that all epochs are alike. The validation labels stay right. The networks have batch "
      "norm.";
  lab.limits = {
      "All wrong classes are equally likely. Real errors confuse similar classes and are harder to ignore.",
      "A network with few parameters cannot memorise many wrong labels, so a large set hides the effect."};
  lab.sources = {
      "fastai, Imagenette with label noise (leaderboard), https://github.com/fastai/imagenette",
      "Arpit et al., A Closer Look at Memorization in Deep Networks (2017), https://arxiv.org/abs/1706.05394",
      "Zhang et al., Understanding Deep Learning Requires Rethinking Generalization (2016), "
      "https://arxiv.org/abs/1611.03530"};
  lab.studies = noisy_studies;
  lab.evidence = noisy_evidence;
  registry.add(11, std::move(lab));
}

}  // namespace lehr::labs
