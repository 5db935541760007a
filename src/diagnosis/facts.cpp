#include "diagnosis/facts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "diagnosis/late_values.hpp"
#include "lehr/core/text.hpp"
#include "store/recorded_option.hpp"

namespace lehr::diagnosis {
namespace {

std::vector<store::StepRow> training_batches(const store::RunRecords& run) {
  std::vector<store::StepRow> batches;
  for (const store::StepRow& step : run.steps) {
    if (step.training) batches.push_back(step);
  }
  return batches;
}

/// An exponential mean over about a twentieth of the training, corrected at the start as Adam's.
std::vector<double> smooth(const std::vector<double>& values) {
  const double window = std::clamp(static_cast<double>(values.size()) / 20, 1.0, 50.0);
  const double keep = 1 - 1 / window;
  std::vector<double> smoothed;
  double sum = 0;
  double weight = 0;
  for (const double value : values) {
    sum = keep * sum + value;
    weight = keep * weight + 1;
    smoothed.push_back(sum / weight);
  }
  return smoothed;
}

std::vector<std::size_t> first_tenth(const std::vector<store::StepRow>& points) {
  std::vector<std::size_t> places((points.size() + 9) / 10);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

bool any(const std::vector<LayerStats>& layers, StatSeries LayerStats::*series) {
  return std::ranges::any_of(layers, [series](const LayerStats& layer) {
    return std::ranges::any_of((layer.*series).norm(), [](float norm) { return !std::isnan(norm); });
  });
}

bool any_channels(const std::vector<LayerStats>& layers) {
  return std::ranges::any_of(layers, [](const LayerStats& layer) {
    return std::ranges::any_of(layer.activation.all(),
                               [](const TensorStats& stats) { return !stats.channels.empty(); });
  });
}

const store::RunRecords& run_of(const Case& what) {
  static const store::RunRecords none{};
  return what.run != nullptr ? *what.run : none;
}

std::optional<double> parsed(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Facts::Facts(const Case& what)
    : run_(run_of(what)),
      own_layers_(what.layers != nullptr ? std::nullopt : std::optional(store::recorded_layers(run_))),
      layers_(what.layers != nullptr ? *what.layers : *own_layers_),
      graph_(what.graph),
      measured_(what.measured),
      batches_(training_batches(run_)),
      late_(last_fifth(layers_.points)),
      early_(first_tenth(layers_.points)),
      high_rate_(diagnosis::at_high_rate(layers_.points)) {
  for (const store::StepRow& batch : batches_) losses_.push_back(batch.loss);
  smoothed_ = smooth(losses_);
}

bool Facts::has(Need need) const {
  switch (need) {
    case Need::graph:
      return graph_ != nullptr;
    case Need::start:
      return measured("input_std").has_value();
    case Need::batches:
      return !batches_.empty();
    case Need::validation:
      return last_validated() != nullptr;
    case Need::layers:
      return any(layers(), &LayerStats::activation);
    case Need::gradients:
      return any(layers(), &LayerStats::weight_gradient);
    case Need::channels:
      return any_channels(layers());
    case Need::confusion:
      return run_.confusion.has_value();
    case Need::training_eval:
      return std::ranges::any_of(run_.epochs, [](const store::EpochRow& epoch) {
        return epoch.metrics.contains("train_eval_loss");
      });
    case Need::end:
      return run_.info.status != store::RunStatus::running;
  }
  return false;
}

double Facts::chance_loss() const {
  return classes() > 1 ? std::log(static_cast<double>(classes())) : std::numeric_limits<double>::quiet_NaN();
}

const store::EpochRow* Facts::last_validated() const {
  const store::EpochRow* last = nullptr;
  for (const store::EpochRow& epoch : run_.epochs) {
    if (epoch.valid_loss) last = &epoch;
  }
  return last;
}

std::string Facts::option(std::string_view key) const { return store::recorded_option(run_.info, key); }

std::optional<double> Facts::number(std::string_view key) const { return parsed(option(key)); }

std::optional<double> Facts::measured(const std::string& key) const {
  if (const auto given = measured_.find(key); given != measured_.end()) return given->second;
  const auto found = run_.info.environment.find(key);
  return found == run_.info.environment.end() ? std::nullopt : parsed(found->second);
}

double Facts::late(const std::vector<float>& series) const { return median_at(late_, series); }
double Facts::first(const std::vector<float>& series) const {
  return series.empty() ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(series.front());
}
double Facts::early(const std::vector<float>& series) const { return median_at(early_, series); }
double Facts::at_high_rate(const std::vector<float>& series) const { return median_at(high_rate_, series); }

std::string layer_text(const LayerStats& layer) { return "layer " + printable(layer.info.name, 40); }

}  // namespace lehr::diagnosis
