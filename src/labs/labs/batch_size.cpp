#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/series.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/graph/summary.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/train/training_memory.hpp"

namespace lehr::labs {
namespace {

constexpr std::int64_t usual_size = 64;
constexpr double usual_rate = 0.01;
constexpr const char* usual_rate_text = "0.01";

std::vector<std::int64_t> batch_sizes(const LabSetup& setup) {
  std::vector<std::int64_t> sizes{16, 64, 256, 1024};
  if (setup.budget != Budget::quick) sizes.push_back(4096);
  const auto images = setup.data.train->size();
  std::erase_if(sizes, [images](std::int64_t size) { return size * 2 > images; });
  if (sizes.size() < 2) {
    throw BadInput(
        fmt::format("the lab batch-size compares batches of 16 and 64 images or more, so it needs {} "
                    "training images or more, found {}",
                    2 * usual_size, images));
  }
  return sizes;
}

StudyVariant of_size(std::int64_t size) {
  return {fmt::format("batch {}", size), {{"batch-size", std::to_string(size)}}};
}

/// A rule for the rate of a batch size: the usual rate times (size / usual size)^power.
struct ScalingRule {
  std::string name;
  double power;
};
const std::vector<ScalingRule> scaling_rules{{"square root", 0.5}, {"linear", 1}};

StudySpec rates_study(const LabSetup& setup) {
  StudySpec study = setup.study("rates");
  std::vector<StudyVariant> sizes;
  for (const std::int64_t size : batch_sizes(setup)) sizes.push_back(of_size(size));
  const std::vector<std::string> few{"0.003", usual_rate_text, "0.03"};
  const std::vector<std::string> more{"0.003", usual_rate_text, "0.03", "0.1"};
  const std::vector<std::string> many{"0.001", "0.003", usual_rate_text, "0.03", "0.1"};
  study.variants = crossed(sizes, {"lr", setup.pick(few, more, many)});
  return study;
}

StudySpec rules_study(const LabSetup& setup) {
  StudySpec study = setup.study("rules");
  for (const ScalingRule& rule : scaling_rules) {
    for (const std::int64_t size : batch_sizes(setup)) {
      const double ratio = static_cast<double>(size) / static_cast<double>(usual_size);
      StudyVariant variant = of_size(size);
      variant.name += ", " + rule.name;
      variant.settings.push_back({"lr", number_text(usual_rate * std::pow(ratio, rule.power))});
      study.variants.push_back(std::move(variant));
    }
  }
  return study;
}

std::vector<StudySpec> batch_studies(const LabSetup& setup) {
  StudySpec noise = setup.study("noise");
  noise.base.measure = {"noise_scale"};
  noise.variants = {of_size(usual_size)};
  std::vector<StudySpec> all{rates_study(setup), rules_study(setup), noise};
  for (StudySpec& study : all) {
    study.base.epochs = setup.pick(2, 1, 5);
    study.base.train_eval = true;  // for the gap
    study.measures = {"accuracy", "gap", "train_seconds"};
  }
  return all;
}

std::int64_t size_of(const StudyVariant& variant) { return std::stoll(setting_of(variant, "batch-size")); }

/// Adds the batches and the seconds until the loss reaches the target, and the images per second.
StudyResult with_speed(const LabView& view, const StudyResult& result) {
  StudyResult timed = with_steps_to_loss(view, result);
  const auto images = static_cast<double>(view.setup().data.train->size());
  for (StudyRun& run : timed.runs) {
    const auto seconds = run.values.find("train_seconds");
    if (seconds == run.values.end() || seconds->second <= 0) continue;
    const auto epochs = static_cast<double>(result.spec.base.epochs);
    const double speed = images * epochs / seconds->second;
    const auto size = static_cast<double>(size_of(result.spec.variants[run.variant]));
    run.values["images_per_second"] = speed;
    run.values["seconds_per_epoch"] = seconds->second / epochs;
    if (const auto steps = run.values.find("steps_to_loss"); steps != run.values.end()) {
      run.values["seconds_to_loss"] = steps->second * size / speed;
    }
  }
  return timed;
}

std::vector<StudyMeasure> speed_measures(const LabView& view) {
  const std::string loss = number_text(std::round(1000 * loss_target(view.setup())) / 1000);
  return {measure_named("accuracy"),
          measure_named("gap"),
          own_measure("seconds_per_epoch", "time of an epoch of training", "s"),
          own_measure("images_per_second", "images per second", "", true),
          steps_measure(view.setup()),
          own_measure("seconds_to_loss", "time until the smoothed training loss is " + loss, "s")};
}

/// What the Learner holds after a batch of this size; none if that is predicted to exceed 1 GB.
std::optional<std::int64_t> measured_memory(const LabView& view, std::int64_t size) {
  constexpr std::int64_t most = 1'000'000'000;
  TrainConfig config = view.setup().base;
  config.batch_size = size;
  config.max_batches = 1;
  config.validate = false;
  const std::unique_ptr<Learner> learner = make_learner(config, {.data = view.setup().data});
  if (training_memory(*learner).total() > most) return std::nullopt;
  learner->fit(1, LearningRate(usual_rate));
  return memory_held(*learner);
}

Table memory_table(const LabView& view) {
  Table table{"Memory of a training, without the data: predicted from the network, and held after one batch.",
              {"batch", "predicted", "held"},
              {}};
  std::vector<std::int64_t> sizes = batch_sizes(view.setup());
  sizes.insert(sizes.end(), {16384, 65536, 262144});
  const auto images = view.setup().data.train->size();
  for (const std::int64_t size : sizes) {
    const StudyVariant variant = of_size(size);
    const Graph graph = view.setup().graph(view.result(0).spec, variant);
    const std::optional<std::int64_t> held = size <= images ? measured_memory(view, size) : std::nullopt;
    table.rows.push_back({std::to_string(size), human_bytes(training_memory(graph, size).total()),
                          held ? human_bytes(*held) : "–"});
  }
  return table;
}

Section rules_section(const LabView& view, const StudyResult& rates, const StudyResult& rules,
                      const Tuned& best) {
  std::vector<std::int64_t> sizes = batch_sizes(view.setup());
  const StudyMeasure accuracy = measure_named("accuracy");
  Section section{"Which rate for which batch", {}};
  StudyResult all = only(rates, "lr", usual_rate_text);
  std::vector<Sweep> sweeps{{"unscaled", {}, {}}};
  const auto append = [&all](const StudyResult& more) {
    for (StudyRun run : more.runs) {
      run.variant += all.spec.variants.size();
      all.runs.push_back(std::move(run));
    }
    all.spec.variants.insert(all.spec.variants.end(), more.spec.variants.begin(), more.spec.variants.end());
  };
  for (StudyVariant& variant : all.spec.variants) variant.name += ", unscaled";
  append(rules);
  append(best.result);
  for (const ScalingRule& rule : scaling_rules) sweeps.push_back({rule.name, {}, {}});
  sweeps.push_back({"tuned", {}, {}});
  for (std::size_t i = 0; i < all.spec.variants.size(); ++i) {
    Sweep& sweep = sweeps[i / sizes.size()];
    sweep.variants.push_back(i);
    sweep.x.push_back(static_cast<double>(sizes[i % sizes.size()]));
  }
  section.blocks.push_back(
      sweep_figure(all, accuracy, sweeps,
                   {.title = "Accuracy by batch size and rule for the rate", .x_label = "batch size"},
                   "Bands are 95 % intervals. Runs that collapsed or diverged are not in the means; the "
                   "table counts them."));
  section.blocks.push_back(outcome_table(all, {accuracy, measure_named("gap")}));
  return section;
}

Figure pareto(const StudyResult& result) {
  report::LineChart chart{.title = "Accuracy and time of each batch size, rate tuned",
                          .x_label = "seconds of an epoch",
                          .y_label = "accuracy (%)",
                          .log_x = true};
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) {
    report::Series point{.name = result.spec.variants[i].name, .dots = true, .line = false};
    point.x.push_back(mean_of(result, i, "seconds_per_epoch"));
    point.y.push_back(100 * mean_of(result, i, "accuracy"));
    chart.series.push_back(std::move(point));
  }
  return {chart,
          "Up and to the left is better. A size that has another one above it and to its left is never the "
          "best choice."};
}

/// Of the sizes whose accuracy cannot be told from the best, the one that reaches the target loss first.
std::string recommendation(const StudyResult& result) {
  const std::vector<study::Variant> variants = variants_of(result, "accuracy");
  const std::optional<study::Best> best = study::best_of(variants);
  if (!best) return "No size learned with two seeds or more, so there is no recommendation.";
  std::vector<std::size_t> good = best->not_told_apart;
  good.push_back(best->best);
  std::optional<std::size_t> fastest;
  for (const std::size_t index : good) {
    const double seconds = mean_of(result, index, "seconds_to_loss");
    if (!std::isfinite(seconds)) continue;
    if (!fastest || seconds < mean_of(result, *fastest, "seconds_to_loss")) fastest = index;
  }
  if (!fastest) return "No size reached the target loss in this budget, so there is no recommendation.";
  std::vector<std::string> names;
  for (const std::size_t index : good) names.push_back(variants[index].name);
  return fmt::format(
      "Recommended: {}. It reaches the target loss first ({:.3g} s) among the sizes that have the best "
      "accuracy or cannot be told from it ({}).",
      variants[*fastest].name, mean_of(result, *fastest, "seconds_to_loss"), fmt::join(names, ", "));
}

std::string noise_sentence(const LabView& view) {
  const study::Summary scale = study::summarise(variants_of(view.result(2), "noise_scale").front());
  if (scale.n == 0) return "The gradient noise scale could not be measured.";
  return fmt::format(
      "The gradient noise scale in the last epoch is about {:.0f} images (95 % interval {:.0f} to {:.0f}): "
      "batches far below it use each image best, and far above it a larger batch hardly saves steps.",
      scale.mean, scale.interval.low, scale.interval.high);
}

Evidence batch_evidence(const LabView& view) {
  const StudyResult rates = with_speed(view, view.result(0));
  const StudyResult rules = with_speed(view, view.result(1));
  const std::vector<StudyMeasure> measures = speed_measures(view);
  const Tuned best = tuned(rates, "lr", measures.front());
  const StudyResult unscaled = only(rates, "lr", usual_rate_text);
  std::vector<double> sizes;
  for (const std::int64_t size : batch_sizes(view.setup())) sizes.push_back(static_cast<double>(size));
  Evidence found;
  found.verdicts = {best_sentence(best.result, measures.front(), "Rate tuned for each size"),
                    best_sentence(unscaled, measures.front(),
                                  fmt::format("The same rate of {} for all sizes", usual_rate_text)),
                    recommendation(best.result), noise_sentence(view)};
  if (sizes.size() > 2) {
    found.verdicts.push_back(
        trend_sentence(study::trend(sizes, variants_of(best.result, "gap")), "gap", "batch size") + ".");
  }
  Section speed{"Speed and accuracy, rate tuned", {}};
  speed.blocks.push_back(outcome_table(best.result, measures, "Mean ± standard deviation over the seeds."));
  speed.blocks.push_back(pareto(best.result));
  speed.blocks.push_back(Bullets{verdicts(best.result, measures.front())});
  found.sections.push_back(std::move(speed));
  found.sections.push_back(rules_section(view, rates, rules, best));
  found.sections.push_back({"Memory", {memory_table(view)}});
  const Curve scale = epoch_curve(view, view.result(2), 0, [](const store::EpochRow& epoch) {
    const auto value = epoch.metrics.find("noise_scale");
    return value == epoch.metrics.end() ? std::numeric_limits<double>::quiet_NaN() : value->second;
  });
  found.sections.push_back(
      {"The gradient noise scale",
       {curve_figure({scale},
                     {.title = "Gradient noise scale by epoch", .x_label = "epoch", .y_label = "images"},
                     "B = tr(Σ) / |G|²: the variance of the gradient of one image, relative to the squared "
                     "norm of the mean gradient.")}});
  return found;
}

}  // namespace

void register_batch_size(LabRegistry& registry) {
  Lab lab;
  lab.name = "batch-size";
  lab.question = "What are the benefits and drawbacks of larger batches?";
  lab.said = {
      "For: with a tuned rate, larger batches lose no accuracy. The number of steps to a target falls "
      "linearly with the batch, then by less and less, then no more (Shallue et al. 2018).",
      "Against: the best batches have 2 to 32 images (Masters and Luschi 2018), and large ones lose up to 5 "
      "points because they end in sharp minima (Keskar et al. 2016). Keskar et al. did not tune the rate for "
      "each size; Masters and Luschi gave all sizes the same number of epochs.",
      "If the batch grows by k, the rate should grow by k (Goyal et al. 2017), or by √k for Adam (Malladi et "
      "al. 2022).",
      "The gradient noise scale predicts where larger batches stop paying (McCandlish et al. 2018: about 900 "
      "on MNIST)."};
  lab.prediction =
      "At the same rate and the same number of epochs, large batches should lose, because they make fewer "
      "steps. With a tuned rate this drawback should shrink or vanish up to about the noise scale. The time "
      "of an epoch should fall as the batch grows, until the processor is busy.";
  lab.experiment =
      "Batch sizes crossed with learning rates; in addition the rate scaled with the size (linear and square "
      "root), relative to a rate of 0.01 at a batch of 64. All trainings have the same number of epochs. One "
      "more study measures the gradient noise scale at a batch of 64.";
  lab.limits = {
      "All sizes have the same number of epochs. With more epochs, large batches make more steps and catch "
      "up.",
      "Images per second depend on the processor. The trainings of this lab share it if several run at a "
      "time.",
      "The linear rule was found for SGD. The optimizer here is Adam, for which the square root is "
      "proposed."};
  lab.sources = {
      "Shallue et al., Measuring the Effects of Data Parallelism (2018), https://arxiv.org/abs/1811.03600",
      "Masters and Luschi, Revisiting Small Batch Training (2018), https://arxiv.org/abs/1804.07612",
      "Keskar et al., On Large-Batch Training (2016), https://arxiv.org/abs/1609.04836",
      "Goyal et al., Accurate, Large Minibatch SGD (2017), https://arxiv.org/abs/1706.02677",
      "McCandlish et al., An Empirical Model of Large-Batch Training (2018), "
      "https://arxiv.org/abs/1812.06162",
      "Malladi et al., On the SDEs and Scaling Rules for Adaptive Gradient Algorithms (2022), "
      "https://arxiv.org/abs/2205.10287"};
  lab.studies = batch_studies;
  lab.evidence = batch_evidence;
  registry.add(6, std::move(lab));
}

}  // namespace lehr::labs
