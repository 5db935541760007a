#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <variant>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "labs/layers.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr::labs {
namespace {

std::vector<StudySpec> stats_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  const StudySetting stats{"stats", "true"};
  study.variants = {{"no statistics", {}},
                    {"statistics", {stats}},
                    {"every batch", {stats, {"stats-every", "1"}, {"stats-budget", "off"}}},
                    {"everything",
                     {stats,
                      {"stats-every", "1"},
                      {"stats-budget", "off"},
                      {"stats-gradients", "true"},
                      {"stats-weight-histograms", "true"},
                      {"stats-channels", "true"}}}};
  study.measures = {"train_seconds", "accuracy"};
  return {study};
}

constexpr std::size_t everything = 3;

/// Which question a field of TensorNumbers answers.
struct FieldUse {
  std::string_view field;
  std::string_view question;
};
constexpr FieldUse field_uses[] = {
    {"count", "Of how many values are the other numbers?"},
    {"non_finite", "Where did NaN or infinity appear first?"},
    {"mean", "Do the activations drift away from zero?"},
    {"std", "Does the signal keep its size through the depth? It should be near 1 everywhere."},
    {"min", "Is there an outlier below? Does an activation function cut it?"},
    {"max", "Is there an outlier above? Does the signal explode?"},
    {"norm", "How large is a gradient or an update, relative to its weight?"},
    {"near_zero", "fastai's signed share: how much of a ReLU layer does nothing?"},
    {"near_zero_abs", "The same for any activation function: which share is close to zero?"},
    {"zero", "Which share is exactly zero, so that no gradient passes?"}};

std::string question_of(std::string_view field) {
  const auto* const found = std::ranges::find(field_uses, field, &FieldUse::field);
  return found == std::end(field_uses) ? "–" : std::string(found->question);
}

Table fields_table(const LayerStats& layer) {
  Table table{fmt::format("What is saved of layer {} ({}), with the values of the last recorded batch.",
                          layer.info.name, layer.info.type),
              {"field", "value", "the question that it answers"},
              {}};
  for (const StatField& field : stat_fields) {
    const std::vector<float> values = layer.activation.values(field.name);
    const std::string value =
        values.empty() ? "–" : fmt::format("{:.4g}", static_cast<double>(values.back()));
    table.rows.push_back({"`" + std::string(field.name) + "`", value, question_of(field.name)});
  }
  table.rows.push_back(
      {"`magnitudes`", "40 bins", "The colourful dimension: how do sizes change over the training?"});
  table.rows.push_back({"`values`", "128 bins", "Is the distribution one-sided, or does it have two peaks?"});
  table.rows.push_back({"`channels`", "3 counts for each channel", "Which channels are dead or saturated?"});
  return table;
}

Table about_table(const LayerStats& layer) {
  const auto seconds = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3g} ms", 1000 * *value) : std::string("–");
  };
  const store::LayerInfo& info = layer.info;
  return {
      "What is saved once for this layer.",
      {"field", "value", "the question that it answers"},
      {{"`name`, `type`", info.name + ", " + info.type, "Which layer is it?"},
       {"`shape`", fmt::format("{}", fmt::join(info.shape, " × ")), "How large is its output for one image?"},
       {"`parameters`", std::to_string(info.parameters), "How much can it learn?"},
       {"`flops`", human_count(info.flops), "Where is the work?"},
       {"`receptive_field`", fmt::format("{} pixels", info.receptive_field),
        "How much of the image does it see?"},
       {"`bytes`", human_bytes(info.bytes), "Where is the memory?"},
       {"`forward_seconds`", seconds(info.forward_seconds), "Where is the time?"},
       {"`backward_seconds`", seconds(info.backward_seconds), "Where is the time of the backward pass?"}}};
}

/// The first number of a query's first row.
double number_of(const LabView& view, const std::string& sql) {
  double number = 0;
  view.store().query(sql, [&](std::span<const std::string>, std::span<const store::Value> values) {
    if (const auto* integer = std::get_if<std::int64_t>(&values.front()))
      number = static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&values.front())) number = *real;
    return false;
  });
  return number;
}

/// Bytes that the statistics of a run take in the store.
double stored_bytes(const LabView& view, const std::string& id) {
  const std::string of_run =
      " JOIN steps ON steps.id = step_id JOIN runs ON runs.id = steps.run WHERE runs.name = '";
  const std::string packed = "SELECT coalesce(sum(length(numbers) + length(histograms)), 0) FROM batch_stats";
  const std::string channels = "SELECT coalesce(sum(length(places) + length(counts)), 0) FROM batch_channels";
  return number_of(view, packed + of_run + id + "'") + number_of(view, channels + of_run + id + "'");
}

/// What a run of each variant records: batches, entries and bytes.
Table size_table(const LabView& view) {
  Table table{
      "What the first seed's run of each variant has in the store.",
      {"variant", "batches with statistics", "entries (layer, tensor, batch)", "bytes", "bytes of an entry"},
      {}};
  for (std::size_t i = 1; i < view.result().spec.variants.size(); ++i) {
    const std::string& id = view.first_run(0, i).id;
    const store::RunRecords run = view.store().read(id, {.most_steps = 0, .pictures = false});
    const auto entries = static_cast<double>(run.stats.size());
    const double bytes = stored_bytes(view, id);
    std::set<std::int64_t> batches;
    for (const store::StatsRow& row : run.stats) batches.insert(row.step);
    table.rows.push_back({view.result().spec.variants[i].name, std::to_string(batches.size()),
                          fmt::format("{:.0f}", entries), human_bytes(static_cast<std::int64_t>(bytes)),
                          entries > 0 ? fmt::format("{:.0f}", bytes / entries) : "–"});
  }
  return table;
}

Evidence stats_evidence(const LabView& view) {
  const StudyMeasure seconds = measure_named("train_seconds");
  const StudyRun& run = view.first_run(0, everything);
  const store::RecordedLayers recorded = store::recorded_layers(view.records(run.id));
  Evidence found;
  found.verdicts = verdicts(view.result(), seconds);
  Section cost{"What it costs", {}};
  const StudyResult shares = view.with_value(
      view.result(), "stats_share",
      [](const store::RunRecords& records) { return std::optional<double>(records.info.stats_share); });
  cost.blocks.push_back(
      outcome_table(shares,
                    {seconds, own_measure("stats_share", "time of the statistics / training time", "%"),
                     measure_named("accuracy")},
                    "Mean ± standard deviation over the seeds."));
  cost.blocks.push_back(
      outcome_figure(view.result(), seconds, "Time of training with and without statistics"));
  cost.blocks.push_back(size_table(view));
  found.sections.push_back(std::move(cost));
  if (!recorded.layers.empty()) {
    const LayerStats& layer = recorded.layers[recorded.layers.size() / 2];
    found.sections.push_back({"What is saved for each layer", {fields_table(layer), about_table(layer)}});
    const LayerNumber late_std = [](const LayerStats& at) { return typical(at.std(), When::end); };
    const std::vector<Curve> curves =
        depth_curves(view, picked(view.result(), {everything}), {late_std}).front();
    found.sections.push_back(
        {"What it shows",
         {curve_figure(
             curves,
             {.title = "Std of the activations of each layer at the end",
              .x_label = "layer",
              .y_label = "std"},
             "Mean of the seeds. The report of each run shows every field of every layer by batch.")}});
    found.verdicts.push_back(
        fmt::format("For each layer and recorded batch, {} numbers and two histograms are saved, of "
                    "activations and, on request, of gradients, weights and updates.",
                    std::size(stat_fields)));
  }
  found.sections.push_back(
      {"Read them",
       {Code{"lehr report RUN                            # the page\n"
             "lehr runs show RUN                         # a table in the terminal\n"
             "lehr runs sql \"SELECT layer, avg(std), avg(near_zero_abs) FROM layer_stats\n"
             "               WHERE what = 'activation' GROUP BY layer\"\n"
             "learner.callback<lehr::ActivationStats>()  // in C++, after the training"}}});
  return found;
}

}  // namespace

void register_stats(LabRegistry& registry) {
  Lab lab;
  lab.name = "stats";
  lab.question = "What does ActivationStats save for each layer?";
  lab.said = {
      "fastai's ActivationStats saves mean, std and the share near zero of each layer, and a histogram on "
      "request.",
      "Statistics slow a training down, so people switch them off when they need them most."};
  lab.prediction =
      "With its default budget, recording should cost at most 5 % of the training time. Recording everything "
      "at every batch should cost more: the statistics read each value again, and cheap layers have little "
      "work for each value.";
  lab.experiment =
      "The same training without statistics, with the default ones, with statistics of every batch, and with "
      "everything that can be recorded at every batch. The times are compared in pairs.";
  lab.limits = {
      "The share of time depends on the processor and on the batch size. The trainings of this lab share the "
      "processor if several run at a time.",
      "The statistics do not change the training: equal seeds give equal weights with and without them."};
  lab.sources = {"Howard and Gugger, Deep Learning for Coders (2020), chapter 13",
                 "fastai's course22p2, lesson 16 (histograms of 40 bins)"};
  lab.studies = stats_studies;
  lab.evidence = stats_evidence;
  registry.add(3, std::move(lab));
}

}  // namespace lehr::labs
