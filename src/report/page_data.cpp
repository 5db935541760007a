#include "report/page_data.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "lehr/diagnosis/diagnosis.hpp"
#include "lehr/store/run_names.hpp"
#include "report/class_results.hpp"
#include "report/findings_data.hpp"
#include "report/page_numbers.hpp"
#include "report/run_facts.hpp"
#include "store/recorded_option.hpp"

namespace lehr::report {
namespace {

using nlohmann::json;
using store::EpochRow;
using store::RunRecords;
using store::StepRow;

/// Batches count from 1 on the page.
double batch_number(const StepRow& step) { return static_cast<double>(step.step) + 1; }

json lines_of(std::span<const StepRow> steps) {
  std::vector<double> batch;
  std::vector<float> loss;
  std::vector<float> lr;
  std::vector<float> momentum;
  for (const StepRow& step : steps) {
    batch.push_back(batch_number(step));
    loss.push_back(static_cast<float>(step.loss));
    lr.push_back(static_cast<float>(step.lr));
    momentum.push_back(static_cast<float>(step.momentum));
  }
  return {{"batch", encoded(batch)},
          {"loss", encoded(loss)},
          {"lr", encoded(lr)},
          {"momentum", encoded(momentum)}};
}

/// For each place, the mean of the values since the place before. It is what a smoothed line goes by, because
/// the values that remain of a long series are its extremes.
std::vector<float> means_between(std::span<const double> values, std::span<const std::size_t> places) {
  std::vector<float> means;
  std::size_t from = 0;
  for (const std::size_t place : places) {
    double sum = 0;
    for (std::size_t i = from; i <= place; ++i) sum += values[i];
    means.push_back(static_cast<float>(sum / static_cast<double>(place + 1 - from)));
    from = place + 1;
  }
  return means;
}

json steps_data(const RunRecords& run, std::size_t most) {
  std::vector<StepRow> training;
  std::vector<double> losses;
  for (const StepRow& step : run.steps) {
    if (!step.training) continue;
    training.push_back(step);
    losses.push_back(step.loss);
  }
  const std::vector<std::size_t> places = thinned(losses, most);
  std::vector<StepRow> kept;
  for (const std::size_t place : places) kept.push_back(training[place]);
  json data = lines_of(kept);
  if (kept.size() < training.size()) data["meanLoss"] = encoded(means_between(losses, places));
  return data;
}

/// For each epoch the number of its last batch, from 1; 0 if no batch of it was recorded.
std::vector<double> ends_of_epochs(const RunRecords& run) {
  std::vector<double> ends(run.epochs.size());
  for (const StepRow& step : run.steps) {
    const auto row = std::ranges::find(run.epochs, step.epoch, &EpochRow::epoch);
    if (!step.training || row == run.epochs.end()) continue;
    double& end = ends[static_cast<std::size_t>(row - run.epochs.begin())];
    end = std::max(end, batch_number(step));
  }
  return ends;
}

json epochs_data(const RunRecords& run) {
  const auto column = [&](const std::function<double(const EpochRow&)>& value) {
    std::vector<double> values;
    for (const EpochRow& epoch : run.epochs) values.push_back(value(epoch));
    return encoded(values);
  };
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  json data{{"batch", encoded(ends_of_epochs(run))},
            {"epoch", column([](const EpochRow& e) { return e.epoch + 1.0; })},
            {"trainLoss", column([](const EpochRow& e) { return e.train_loss; })},
            {"trainAccuracy", column([](const EpochRow& e) { return e.train_accuracy; })},
            {"validLoss", column([](const EpochRow& e) { return e.valid_loss.value_or(none); })},
            {"validAccuracy", column([](const EpochRow& e) { return e.valid_accuracy.value_or(none); })},
            {"images", encoded(images_by_epoch(run))},
            {"trainSeconds", column([](const EpochRow& e) { return e.train_seconds; })},
            {"metrics", json::object()}};
  std::set<std::string> names;  // some are measured in some epochs only
  for (const EpochRow& epoch : run.epochs) {
    for (const auto& [name, value] : epoch.metrics) names.insert(name);
  }
  for (const std::string& name : names) {
    data["metrics"][name] = column([&name](const EpochRow& e) {
      const auto found = e.metrics.find(name);
      return found == e.metrics.end() ? none : found->second;
    });
  }
  return data;
}

json layers_data(const RunRecords& run, const store::RecordedLayers& recorded, const PageLimits& limits) {
  json layers = json::array();
  for (const LayerStats& layer : recorded.layers) {
    layers.push_back(layer_data(layer, limits));
    layers.back()["validation"] = validation_data(run, layer.info.index);
  }
  return {{"points", lines_of(recorded.points)}, {"list", std::move(layers)}};
}

json pictures_data(const RunRecords& run) {
  json pictures = json::array();
  for (const store::Picture& picture : run.pictures) {
    pictures.push_back({{"kind", picture.kind},
                        {"number", picture.number},
                        {"caption", picture.caption},
                        {"png", base64(picture.png)}});
  }
  return pictures;
}

/// The whole matrix only of as many classes as a picture of it can show.
json confusion_data(const RunRecords& run) {
  constexpr std::size_t most_in_matrix = 100;
  constexpr std::size_t most_pairs = 50;
  const std::vector<ClassResult> classes = class_results(run);
  json data{{"images", json::array()}, {"right", json::array()}, {"predicted", json::array()}};
  for (const ClassResult& one : classes) {
    data["images"].push_back(one.images);
    data["right"].push_back(one.right);
    data["predicted"].push_back(one.predicted);
  }
  const std::optional<double> balanced = balanced_accuracy(classes);
  data["balancedAccuracy"] = balanced ? json(*balanced) : json();
  std::vector<ConfusedPair> pairs = confused_pairs(run);
  pairs.resize(std::min(pairs.size(), most_pairs));
  data["pairs"] = json::array();
  for (const ConfusedPair& pair : pairs) data["pairs"].push_back({pair.truth, pair.predicted, pair.images});
  if (classes.size() <= most_in_matrix) data["matrix"] = run.confusion->counts;
  return data;
}

json health_data(const diagnosis::Findings& found) {
  json problems = json::array();
  for (const diagnosis::Finding& finding : found.causes) {
    if (finding.severity != diagnosis::Severity::hint) problems.push_back(finding.says);
  }
  return {{"problems", problems}, {"good", found.good}};
}

json flops_data(const RunRecords& run) {
  const std::optional<double> flops = training_flops(run);
  return flops ? json(*flops) : json();
}

/// Null if it is unknown.
json time_data(double seconds) { return seconds > 0 && std::isfinite(seconds) ? json(seconds) : json(); }

}  // namespace

std::vector<std::size_t> thinned(std::span<const double> values, std::size_t most) {
  std::vector<std::size_t> places;
  const std::size_t stretches = values.size() <= most ? values.size() : std::max<std::size_t>(most / 2, 1);
  for (std::size_t i = 0; i < stretches; ++i) {
    const std::size_t begin = i * values.size() / stretches;
    const std::size_t end = (i + 1) * values.size() / stretches;
    const auto [least, largest] = std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                                      values.begin() + static_cast<std::ptrdiff_t>(end));
    const auto [first, second] = std::minmax({least - values.begin(), largest - values.begin()});
    places.push_back(static_cast<std::size_t>(first));
    if (second != first) places.push_back(static_cast<std::size_t>(second));
  }
  return places;
}

json run_data(const RunRecords& run, const PageLimits& limits) {
  const store::RunInfo& info = run.info;
  const store::RecordedLayers recorded = store::recorded_layers(run);
  const diagnosis::Findings found = diagnosis::diagnose(run, recorded);
  json data{{"id", info.id},
            {"name", info.name},
            {"study", store::recorded_option(info, "study")},
            {"variant", store::recorded_option(info, "variant")},
            {"seed", store::recorded_option(info, "seed")},
            {"health", health_data(found)},
            {"findings", findings_data(found)},
            {"flops", flops_data(run)},
            {"status", store::status_name(info.status)},
            {"reason", info.reason},
            {"note", info.note},
            {"started", time_data(info.started)},
            {"ended", time_data(info.ended)},
            {"data", info.data},
            {"model", info.model},
            {"parameters", info.parameters},
            {"batchSize", info.batch_size},
            {"epochsAsked", info.epochs},
            {"config", info.config},
            {"environment", info.environment},
            {"classes", info.classes},
            {"collapseLimit", store::collapse_limit(info.classes.size())},
            {"classCounts", run.class_counts},
            {"statsShare", info.stats_share},
            {"steps", steps_data(run, 2 * limits.points)},
            {"epochs", epochs_data(run)},
            {"layers", layers_data(run, recorded, limits)},
            {"pictures", limits.pictures ? pictures_data(run) : json::array()}};
  if (run.confusion) data["confusion"] = confusion_data(run);
  return data;
}

}  // namespace lehr::report
