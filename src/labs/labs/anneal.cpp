#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/series.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr::labs {
namespace {

constexpr const char* anneal_rate = "0.01";

std::vector<StudyVariant> endings() {
  const auto schedule = [](const std::string& name) { return StudySetting{"schedule", name}; };
  std::vector<StudyVariant> all{{"constant", {schedule("constant")}}};
  for (const char* name : {"step", "exponential", "linear", "cosine", "one-cycle"}) {
    all.push_back({name, {schedule(name)}});
  }
  all.push_back({"plateau", {schedule("constant"), {"reduce-on-plateau", "1"}}});
  all.push_back({"grow the batch", {schedule("constant"), {"grow-batch", "5"}}});
  for (const char* share : {"0.05", "0.1", "0.2", "0.3"}) {
    all.push_back(
        {fmt::format("cooldown {:.0f} %", 100 * std::stod(share)), {schedule("wsd"), {"cooldown", share}}});
  }
  return all;
}

std::vector<StudySpec> anneal_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  study.base.batch_norm = true;
  study.base.epochs = setup.pick(4, 2, 8);
  study.base.measure = {"valley"};
  const std::vector<std::string> few{"0.003", anneal_rate};
  const std::vector<std::string> many{"0.003", anneal_rate, "0.03"};
  study.variants = crossed(endings(), {"lr", setup.pick(few, few, many)});
  study.measures = {"accuracy", "valid_loss"};
  return {study};
}

/// Fine-tunes one trained model on the same data with inverted pictures.
std::vector<StudySpec> fine_tuning(const LabView& view) {
  StudySpec study = view.setup().study("fine-tuning");
  const std::string model =
      std::filesystem::absolute(view.setup().base.out / view.first_run(0, 0).id / "model.safetensors")
          .string();
  study.base.data = "inverted:" + view.setup().base.data;
  study.base.batch_norm = true;
  study.base.schedule = "linear";
  study.base.epochs = 1;
  for (const char* rate : {"0.0003", "0.001", "0.003", "0.01", "0.03"}) {
    study.variants.push_back({fmt::format("rate {}", rate), {{"lr", rate}, {"weights", model}}});
  }
  study.measures = {"accuracy"};
  return {study};
}

/// The accuracy of fine-tuned models on the data before.
StudyResult with_old_accuracy(const LabView& view, const StudyResult& result) {
  StudyResult extended = result;
  for (StudyRun& run : extended.runs) {
    const Model model = load_model(view.setup().base.out / run.id / "model.safetensors");
    run.values["old_accuracy"] = evaluate(model, *view.setup().data.valid).accuracy;
  }
  return extended;
}

Curve valley_curve(const StudyResult& result, std::size_t variant) {
  Curve curve{.name = result.spec.variants[variant].name, .x = {0, 0.5, 1}};
  for (const StudyRun& run : result.runs) {
    if (run.variant != variant) continue;
    std::vector<double> values;
    for (const char* name : {"valley_before", "valley_between", "valley_end"}) {
      const auto found = run.values.find(name);
      values.push_back(found == run.values.end() ? std::numeric_limits<double>::quiet_NaN() : found->second);
    }
    curve.runs.push_back(std::move(values));
  }
  return curve;
}

Section valley_section(const StudyResult& fixed) {
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < fixed.spec.variants.size(); ++i) {
    const std::string& name = fixed.spec.variants[i].name;
    if (name == "constant" || name == "linear" || name == "cooldown 20 %")
      curves.push_back(valley_curve(fixed, i));
  }
  return {"Is the end point inside a valley?",
          {curve_figure(curves,
                        {.title = "Validation loss between the middle of the last epoch and the end",
                         .x_label = "0: middle of the last epoch, 1: the end",
                         .y_label = "validation loss"},
                        "A dip in the middle means that the training moves between the walls of a valley and "
                        "does not come down: the mean of two iterates is better than both. A line that falls "
                        "to the right means that the end point is already low.")}};
}

Section forgetting_section(const StudyResult& tuned_models) {
  const StudyMeasure old = own_measure("old_accuracy", "accuracy on the data before", "%", true);
  const StudyMeasure accuracy = measure_named("accuracy");
  std::vector<Sweep> sweeps{{"all rates", {}, {}}};
  for (std::size_t i = 0; i < tuned_models.spec.variants.size(); ++i) {
    sweeps[0].variants.push_back(i);
    sweeps[0].x.push_back(std::stod(setting_of(tuned_models.spec.variants[i], "lr")));
  }
  Section section{"Fine-tuning: a high rate forgets", {}};
  section.blocks.push_back(
      Paragraph{"A trained network is fine-tuned for one epoch on the same pictures with inverted "
                "brightness. The old data is the validation set before the inversion."});
  section.blocks.push_back(outcome_table(tuned_models, {accuracy, old}));
  section.blocks.push_back(sweep_figure(
      tuned_models, old, sweeps,
      {.title = "Accuracy on the old data after fine-tuning", .x_label = "rate of the fine-tuning"}));
  section.blocks.push_back(Bullets{verdicts(tuned_models, old)});
  return section;
}

Evidence anneal_evidence(const LabView& view) {
  const StudyResult result = view.with_value(view.result(0), "late_noise", late_noise);
  const std::vector<StudyMeasure> measures{
      measure_named("accuracy"), measure_named("valid_loss"),
      own_measure("late_noise",
                  "standard deviation of the batch losses around their trend, last fifth of the training")};
  const StudyResult fixed = only(result, "lr", anneal_rate);
  Evidence found;
  found.verdicts.push_back(
      best_sentence(fixed, measures[0], fmt::format("Peak rate fixed at {}", anneal_rate)));
  found.verdicts.push_back(
      best_sentence(tuned(result, "lr", measures[0]).result, measures[0], "Peak rate tuned"));
  found.verdicts.push_back(
      best_sentence(fixed, measures[2], fmt::format("Noise at a peak of {}", anneal_rate)));
  found.sections = protocol_sections("Endings compared", result, anneal_rate, measures);
  std::vector<Curve> losses;
  for (std::size_t i = 0; i < fixed.spec.variants.size(); ++i) {
    const std::string& name = fixed.spec.variants[i].name;
    if (name == "constant" || name == "one-cycle" || name == "linear" || name == "cooldown 20 %") {
      losses.push_back(loss_curve(view, fixed, i));
    }
  }
  found.sections.push_back(
      {"The loss as the rate falls",
       {curve_figure(losses, {.title = "Training loss", .x_label = "batch", .y_label = "loss", .log_y = true},
                     "Smoothed, mean of the seeds. The cooldowns share every batch with the constant rate "
                     "until they begin: equal seeds give equal bits, so they are forks of one run.")}});
  found.sections.push_back(valley_section(fixed));
  const StudyResult forgotten = with_old_accuracy(view, view.result(1));
  const StudyMeasure old = own_measure("old_accuracy", "accuracy on the data before", "%", true);
  std::vector<double> rates;
  for (const StudyVariant& variant : forgotten.spec.variants)
    rates.push_back(std::stod(setting_of(variant, "lr")));
  found.verdicts.push_back("Fine-tuning: " +
                           trend_sentence(study::trend(rates, variants_of(forgotten, old.name)),
                                          "accuracy on the old data", "rate") +
                           ".");
  found.sections.push_back(forgetting_section(forgotten));
  return found;
}

}  // namespace

void register_anneal(LabRegistry& registry) {
  Lab lab;
  lab.name = "anneal";
  lab.question = "Why end with a low learning rate?";
  lab.said = {
      "Near a minimum, steps with a high rate jump from wall to wall of the valley. Only a low rate reaches "
      "the floor.",
      "A constant rate with a short cooldown equals a cosine schedule; 1 − √ is a better cooldown than a "
      "line (Hägele et al. 2024).",
      "Growing the batch instead of lowering the rate gives the same accuracy (Smith et al. 2018).",
      "In fine-tuning a high rate destroys what the network has learned before."};
  lab.prediction =
      "All schedules that end low should beat the constant rate, and differ little from each other. The "
      "batch losses should vary less at the end. The validation loss should be lower at the end than halfway "
      "to the weights from the middle of the last epoch.";
  lab.experiment =
      "Twelve ways to end: a constant rate, five schedules, reduction on a plateau, a batch that is "
      "multiplied by five "
      "after each third of the training, and a constant rate with a 1 − √ cooldown over the last 5 to 30 % "
      "(warm-up–stable–decay). Each is trained with several peak rates. Then one trained "
      "network is fine-tuned on the data with inverted brightness, with several rates. All networks have "
      "batch norm.";
  lab.limits = {
      "With few epochs, a schedule that falls early trains too little, and the training rarely reaches a "
      "plateau.",
      "The gain from a low end depends on how noisy the gradients are: less with large batches, more with "
      "augmentation.",
      "The fine-tuning starts from one model, so its spread over the seeds comes only from the order of the "
      "data."};
  lab.sources = {
      "Hägele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations (2024), "
      "https://arxiv.org/abs/2405.18392",
      "Smith et al., Don't Decay the Learning Rate, Increase the Batch Size (2018), "
      "https://arxiv.org/abs/1711.00489",
      "Li, Wei and Ma, Towards Explaining the Regularization Effect of Initial Large Learning Rate (2019), "
      "https://arxiv.org/abs/1907.04595"};
  lab.studies = anneal_studies;
  lab.follow_ups = fine_tuning;
  lab.evidence = anneal_evidence;
  registry.add(9, std::move(lab));
}

}  // namespace lehr::labs
