#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/layers.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr::labs {
namespace {

StudySpec layers_study(const LabSetup& setup, const std::string& part) {
  StudySpec study = setup.study(part);
  study.base.stats = true;
  study.base.stats_gradients = true;
  study.base.stats_channels = true;
  study.base.stats_every = 10;
  study.base.schedule = "constant";
  study.base.lr = 0.003;
  study.base.epochs = setup.pick(1, 1, 2);
  study.base.max_batches = setup.pick(0, 300, 0);
  study.measures = {"accuracy"};
  return study;
}

std::vector<StudyVariant> initialisations() {
  std::vector<StudyVariant> all{{"kaiming", {{"init", "kaiming-normal"}}}};
  for (const char* gain : {"0", "0.25", "0.5", "2", "4"}) {
    all.push_back(
        {gain == std::string("0") ? "zero" : fmt::format("kaiming × {}", gain), {{"init-gain", gain}}});
  }
  for (const char* name : {"xavier-normal", "orthogonal", "lsuv"}) all.push_back({name, {{"init", name}}});
  return all;
}

/// The convolutions of the network on this data. Larger images need more, and it cannot have fewer.
std::int64_t own_depth(const LabSetup& setup) {
  return std::ranges::count(summary_rows(setup.graph(setup.study(), {}), 1), "conv2d", &SummaryRow::type);
}

std::int64_t deep(const LabSetup& setup) {
  return std::max<std::int64_t>(setup.pick(6, 10, 20), own_depth(setup));
}

StudySpec inits_study(const LabSetup& setup) {
  StudySpec study = layers_study(setup, "inits");
  study.base.depth = deep(setup);
  const std::vector<StudyVariant> all = initialisations();
  for (const bool norm : {false, true}) {
    for (StudyVariant variant : all) {
      variant.name += norm ? ", batch norm" : "";
      if (norm) variant.settings.push_back({"batch-norm", "true"});
      study.variants.push_back(std::move(variant));
    }
  }
  return study;
}

/// The network's own depth, and greater ones.
std::vector<std::string> depths(const LabSetup& setup) {
  const std::int64_t own = own_depth(setup);
  const std::vector<int> few{10, 15};
  const std::vector<int> more{10, 20, 30};
  std::vector<std::string> all{std::to_string(own)};
  for (const int depth : setup.pick(few, more, more)) {
    if (depth > own) all.push_back(std::to_string(depth));
  }
  return all;
}

StudySpec depth_study(const LabSetup& setup) {
  StudySpec study = layers_study(setup, "depth");
  study.base.stats = study.base.stats_gradients = study.base.stats_channels = false;
  study.base.stats_every.reset();
  const StudySetting norm{"batch-norm", "true"};
  study.variants = crossed({{"kaiming", {{"init", "kaiming-normal"}}},
                            {"xavier", {{"init", "xavier-normal"}}},
                            {"kaiming, batch norm", {{"init", "kaiming-normal"}, norm}},
                            {"xavier, batch norm", {{"init", "xavier-normal"}, norm}}},
                           {"depth", depths(setup)});
  return study;
}

StudySpec functions_study(const LabSetup& setup) {
  StudySpec study = layers_study(setup, "functions");
  study.base.depth = deep(setup);
  for (const char* name : {"relu", "leaky-relu", "gelu", "tanh", "sigmoid"}) {
    study.variants.push_back({name, {{"activation", name}}});
  }
  return study;
}

/// A training that fails, and single cures. The rate is that of the textbook's collapse.
StudySpec cures_study(const LabSetup& setup) {
  StudySpec study = layers_study(setup, "cures");
  study.base.lr = 0.06;
  study.base.batch_size = setup.pick(64, 128, 128);
  const std::string warm_up = fmt::format("{}", 0.1 * static_cast<double>(study.base.epochs));
  study.variants = {{"no cure", {}},
                    {"batch norm", {{"batch-norm", "true"}}},
                    {"LSUV", {{"init", "lsuv"}}},
                    {"clipped gradients", {{"clip-norm", "1"}}},
                    {"L2", {{"weight-decay", "0.001"}}},
                    {"one-cycle", {{"schedule", "one-cycle"}}},
                    {"warm-up", {{"warm-up", warm_up}}},
                    {"a lower rate", {{"lr", "0.003"}}}};
  return study;
}

std::vector<StudySpec> activation_studies(const LabSetup& setup) {
  return {inits_study(setup), depth_study(setup), functions_study(setup), cures_study(setup)};
}

Section depth_section(const LabView& view, const StudyResult& result, const std::string& title) {
  const auto std_at = [](When when) {
    return [when](const LayerStats& layer) { return typical(layer.std(), when); };
  };
  const auto zero_at_end = [](const LayerStats& layer) {
    return 100 * typical(layer.near_zero_abs(), When::end);
  };
  const auto gradient = [](const LayerStats& layer) {
    return typical(layer.weight_gradient.norm(), When::start);
  };
  const std::vector<std::vector<Curve>> curves =
      depth_curves(view, result, {std_at(When::start), std_at(When::end), zero_at_end, gradient});
  const auto figure = [](const std::vector<Curve>& of, const char* name, const char* unit, bool logarithmic,
                         const char* caption = "") {
    return curve_figure(of, {.title = name, .x_label = "layer", .y_label = unit, .log_y = logarithmic},
                        caption);
  };
  return {
      title,
      {figure(curves[0], "Std of activations at the start", "std", true,
              "First tenth of the recorded batches. A line that falls vanishes, a line that rises explodes."),
       figure(curves[1], "Std of activations at the end", "std", true),
       figure(curves[2], "Activations near zero at the end", "%", false),
       figure(curves[3], "Norm of the weight gradient at the start", "norm", true)}};
}

Table failure_table(const LabView& view, const StudyResult& result) {
  const StudyMeasure zero = own_measure("near_zero", "share of activations near zero at the end", "%");
  const StudyMeasure dead =
      own_measure("dead_channels", "share of channels that were zero in the last fifth", "%");
  const StudyResult extended =
      view.with_values(result, {{zero.name, mean_near_zero}, {dead.name, dead_share}});
  Table table = outcome_table(extended, {measure_named("accuracy")},
                              "Runs that learned nothing are not in the mean accuracy. Activations near zero "
                              "and dead channels are those of all runs at the end.");
  add_column_of_all_runs(table, extended, zero);
  add_column_of_all_runs(table, extended, dead);
  return table;
}

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> indices;
  for (std::size_t i = begin; i < end; ++i) indices.push_back(i);
  return indices;
}

/// How often each cure failed; the first variant is the training without one.
std::string cures_sentence(const std::vector<study::Variant>& variants) {
  const study::Rate without = study::failure_rate(variants.front());
  const std::string start = fmt::format("At a rate of 0.06 and without a cure, {} of {} failed",
                                        without.count, counted(without.of, "training"));
  if (without.count == 0) return start + ", so the cures cannot be compared.";
  std::vector<std::string> counts;
  std::vector<std::string> shown;
  for (std::size_t i = 1; i < variants.size(); ++i) {
    counts.push_back(fmt::format("{} {}", variants[i].name, study::failure_rate(variants[i]).count));
    if (study::judge_rates(variants[0], variants[i]).finding == study::Finding::better) {
      shown.push_back(variants[i].name);
    }
  }
  return fmt::format("{}; with a cure: {}. {}", start, fmt::join(counts, ", "),
                     shown.empty() ? counted(without.of, "seed") + " cannot tell any cure from none."
                                   : fmt::format("Fewer than by chance: {}.", fmt::join(shown, ", ")));
}

Evidence activations_evidence(const LabView& view) {
  const StudyMeasure accuracy = measure_named("accuracy");
  const std::size_t count = initialisations().size();
  const StudyResult plain = picked(view.result(0), range(0, count));
  const StudyResult norm = picked(view.result(0), range(count, 2 * count));
  Evidence found;
  found.verdicts.push_back(best_sentence(plain, accuracy, "Initialisations without batch norm"));
  found.verdicts.push_back(best_sentence(norm, accuracy, "Initialisations with batch norm"));
  found.sections.push_back(outcome_section("Initialisations without batch norm", plain, {accuracy}));
  found.sections.back().blocks.push_back(failure_table(view, plain));
  found.sections.push_back(depth_section(view, plain, "Through the depth, without batch norm"));
  found.sections.push_back(outcome_section("Initialisations with batch norm", norm, {accuracy}));
  found.sections.push_back(depth_section(view, norm, "Through the depth, with batch norm"));

  found.sections.push_back(
      {"How deep can it be?",
       {sweep_figure(view.result(1), accuracy, sweeps_by(view.result(1), "depth"),
                     {.title = "Accuracy by depth", .x_label = "convolutions", .log_x = false},
                     "Runs that learned nothing are not in the means; the table counts them."),
        outcome_table(view.result(1), {accuracy})}});
  found.sections.push_back(outcome_section("Activation functions", view.result(2), {accuracy}));
  found.sections.back().blocks.push_back(failure_table(view, view.result(2)));
  found.sections.push_back(depth_section(view, view.result(2), "Through the depth, by activation function"));
  Section cures{"Which cure helps a training that may collapse", {}};
  cures.blocks.push_back(failure_table(view, view.result(3)));
  cures.blocks.push_back(outcome_figure(view.result(3), accuracy, "A rate of 0.06, and single cures"));
  std::vector<std::string> sentences;
  const std::vector<study::Variant> variants = variants_of(view.result(3), "accuracy");
  for (std::size_t i = 1; i < variants.size(); ++i) {
    sentences.push_back(study::judge_rates(variants[0], variants[i]).sentence + ".");
  }
  cures.blocks.push_back(Bullets{sentences});
  found.verdicts.push_back(cures_sentence(variants));
  found.sections.push_back(std::move(cures));
  return found;
}

}  // namespace

void register_activations(LabRegistry& registry) {
  Lab lab;
  lab.name = "activations";
  lab.question = "What is wrong with activations near zero, and with ones that explode?";
  lab.said = {
      "A weight whose input is near zero gets a gradient near zero and learns nothing. If most activations "
      "are near zero, most of the network does not compute.",
      "If the initial weights are too small, activations vanish through the depth. If they are too large, "
      "activations explode. Kaiming's factor keeps their size: a network of 30 layers trains with it and "
      "stalls with Xavier's (He et al. 2015; Hanin and Rolnick 2018 prove it for the lengths of "
      "activations).",
      "Batch norm makes initialisation unimportant."};
  lab.prediction =
      "Without batch norm, the std of the activations should be level for Kaiming, orthogonal and LSUV, and "
      "fall or rise by the same factor at each layer for others. A wrong factor should matter little in a "
      "shallow network and much in a deep one. Batch norm should hide most of the effect.";
  lab.experiment =
      "Four studies: initialisations with and without batch norm in a deep network; Kaiming and Xavier at "
      "several depths (up to 30 convolutions; up to 15 with the quick budget); activation functions; and a "
      "training at a rate of 0.06, at which it may collapse, with single cures. The rate is constant, except "
      "for the cures that change it. Deeper networks have more 3x3 convolutions of stride 1. With the normal "
      "budget an epoch has at most 300 batches.";
  lab.limits = {
      "The depths are those of a network without shortcuts. With shortcuts much deeper networks train.",
      "A network that collapses at one rate may train at another. The rate is fixed, except among the cures.",
      "`zero` starts with all weights at zero, so no gradient reaches them. Only the shift of the scores "
      "(bias or batch norm) learns.",
      "Statistics of layers come from the batches for which their budget of time allowed, so they differ a "
      "little between two equal trainings."};
  lab.sources = {"He et al., Delving Deep into Rectifiers (2015), https://arxiv.org/abs/1502.01852",
                 "Hanin and Rolnick, How to Start Training (2018), https://arxiv.org/abs/1803.01719",
                 "Mishkin and Matas, All You Need is a Good Init (2015), https://arxiv.org/abs/1511.06422",
                 "Howard and Gugger, Deep Learning for Coders (2020), chapter 13"};
  lab.studies = activation_studies;
  lab.evidence = activations_evidence;
  registry.add(5, std::move(lab));
}

}  // namespace lehr::labs
