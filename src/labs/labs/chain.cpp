#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::labs {
namespace {

/// A step of the textbook's chain, and the accuracy that the book reports for it.
struct ChainStep {
  StudyVariant variant;
  double published;
};

const std::vector<ChainStep>& chain_steps() {
  static const std::vector<ChainStep> steps = [] {
    const StudySetting rate{"lr", "0.06"};
    const StudySetting constant{"schedule", "constant"};
    const StudySetting one_cycle{"schedule", "one-cycle"};
    const StudySetting large{"batch-size", "512"};
    const StudySetting norm{"batch-norm", "true"};
    return std::vector<ChainStep>{
        {{"batch 64", {rate, constant, {"batch-size", "64"}}}, 0.831},
        {{"batch 512", {rate, constant, large}}, 0.916},
        {{"one-cycle", {rate, one_cycle, large}}, 0.979},
        {{"batch norm", {rate, one_cycle, large, norm}}, 0.986},
        {{"5 epochs at 0.1", {{"lr", "0.1"}, one_cycle, large, norm, {"epochs", "5"}}}, 0.992}};
  }();
  return steps;
}

std::vector<StudySpec> chain_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  study.base.epochs = setup.pick(3, 1, 1);
  study.base.optimizer = "adam-fastai";
  for (const ChainStep& step : chain_steps()) study.variants.push_back(step.variant);
  study.measures = {"accuracy"};
  return {study};
}

/// Accuracy of all runs. A collapsed run counts too, as it would in the textbook.
std::vector<double> all_accuracies(const StudyResult& result, std::size_t variant) {
  std::vector<double> all;
  for (const StudyRun& run : result.runs) {
    const auto value = run.values.find("accuracy");
    if (run.variant == variant && value != run.values.end()) all.push_back(value->second);
  }
  return all;
}

std::string range_text(std::vector<double> values) {
  if (values.empty()) return "–";
  std::ranges::sort(values);
  return percent_text(values.front(), 1) + " to " + percent_text(values.back(), 1);
}

/// Whether the means rise from step to step, as the book says.
std::string direction_sentence(const StudyResult& result) {
  std::vector<std::string> means;
  std::vector<std::string> against;
  double before = 0;
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) {
    const double mean = mean_of(result, i, "accuracy");
    means.push_back(std::isfinite(mean) ? fmt::format("{:.1f}", 100 * mean) : "–");
    if (!(mean > before)) against.push_back(result.spec.variants[i].name);
    if (std::isfinite(mean)) before = mean;
  }
  const std::string numbers = fmt::format("{} %", fmt::join(means, ", "));
  if (against.empty()) {
    return "The mean accuracy of the runs that learned rises with every step of the chain: " + numbers + ".";
  }
  return fmt::format("The mean accuracy of the runs that learned does not rise at {}: {}.",
                     fmt::join(against, " and "), numbers);
}

Evidence chain_evidence(const LabView& view) {
  const StudyResult& result = view.result();
  const StudyMeasure accuracy = measure_named("accuracy");
  Table table{"Accuracy after each step. The book reports single runs; collapsed runs are counted apart.",
              {"step", "published", "mean of the runs that learned", "all runs", "collapsed"},
              {}};
  Evidence found;
  const std::vector<study::Variant> variants = variants_of(result, "accuracy");
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const study::Summary summary = study::summarise(variants[i]);
    table.rows.push_back({variants[i].name, percent_text(chain_steps()[i].published, 1),
                          mean_text(accuracy, summary), range_text(all_accuracies(result, i)),
                          fmt::format("{} of {}", summary.collapsed.count, summary.collapsed.of)});
  }
  std::vector<std::string> steps;
  for (std::size_t i = 0; i + 1 < variants.size(); ++i) {
    const StudyResult pair = picked(result, {i, i + 1});
    const std::vector<std::string> by_values = verdicts(pair, accuracy);
    steps.push_back(by_values.front());
    const study::Verdict by_rates = study::judge_rates(variants[i], variants[i + 1]);
    if (study::compare_rates(variants[i], variants[i + 1]).a.count > 0)
      steps.push_back(by_rates.sentence + ".");
  }
  found.verdicts = {direction_sentence(result)};
  found.verdicts.insert(found.verdicts.end(), steps.begin(), steps.end());
  found.sections.push_back(
      {"The chain, step by step",
       {table, outcome_figure(result, accuracy, "Accuracy after each step of the chain"), Bullets{steps}}});
  return found;
}

}  // namespace

void register_chain(LabRegistry& registry) {
  Lab lab;
  lab.name = "chain";
  lab.question = "Does the textbook's chain of improvements hold with several seeds?";
  lab.said = {
      "On MNIST with a rate of 0.06, accuracy rises from step to step: 83.1 % with batches of 64, 91.6 % "
      "with batches of 512, 97.9 % with one-cycle, 98.6 % with batch norm, 99.2 % with 5 epochs at 0.1."};
  lab.prediction =
      "The direction of each step should hold. The first two settings train at a rate at which a network "
      "without batch norm is close to collapse, so single runs say little there. The table counts the runs "
      "that collapse.";
  lab.experiment =
      "The five settings of the chain with Adam and fastai's settings for it. The first four train for 1 "
      "epoch, as in the book (3 epochs with the quick budget, whose data is small). Each step changes one "
      "thing and keeps the ones before, except for the last one, which changes the rate and the number of "
      "epochs.";
  lab.limits = {"The accuracy is that of the validation set. For MNIST this is the test set, as in the book.",
                "If most runs of a setting collapse, the mean of the rest does not describe the setting. "
                "Read the counts first."};
  lab.sources = {"Howard and Gugger, Deep Learning for Coders (2020), chapter 13"};
  lab.studies = chain_studies;
  lab.evidence = chain_evidence;
  registry.add(10, std::move(lab));
}

}  // namespace lehr::labs
