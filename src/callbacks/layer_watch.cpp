#include "callbacks/layer_watch.hpp"

#include <algorithm>
#include <optional>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr {
namespace {

store::LayerInfo info_of(const Layer& layer, NodeId watched, const std::vector<SummaryRow>& rows,
                         std::int64_t batch_size) {
  const SummaryRow& output = rows[static_cast<std::size_t>(watched)];
  store::LayerInfo info{.name = layer.name, .type = layer.type};
  for (int axis = 1; axis < output.output.rank(); ++axis) info.shape.push_back(output.output[axis]);
  for (const NodeId node : layer.nodes) {
    info.parameters += rows[static_cast<std::size_t>(node)].parameters;
    info.flops += rows[static_cast<std::size_t>(node)].flops;
  }
  info.receptive_field = std::max(output.receptive_field_h, output.receptive_field_w);
  info.bytes = output.activation_bytes * batch_size;
  return info;
}

}  // namespace

LayerWatch::LayerWatch(const ActivationStatsOptions& options, const Learner& learner)
    : options_(options), layers_(layers_named(options.layers, learner.model())), weights_(layers_.size()) {
  const std::vector<SummaryRow> rows = summary_rows(learner.model(), 1);
  const std::vector<std::vector<int>> inputs = layer_inputs(layers_, learner.model());
  for (const Layer& layer : layers_) {
    infos_.push_back(info_of(layer, watched(layer), rows, learner.options().batch_size));
    infos_.back().index = static_cast<int>(infos_.size()) - 1;
    infos_.back().inputs = inputs[infos_.size() - 1];
    if (layer.has_weight) watch_weight(infos_.size() - 1, learner);
  }
}

void LayerWatch::watch_weight(std::size_t layer, const Learner& learner) {
  const Parameters& parameters = learner.parameters();
  const StatsSpec spec{.histograms = options_.histograms && options_.weight_histograms,
                       .near_zero = options_.near_zero};
  const auto probe = [&] { return parameters.backend().probe(spec); };
  watched_weights_.push_back(
      {layer, parameters.entry(layers_[layer].name + ".weight"), probe(), probe(), probe()});
}

std::vector<ProbeSpec> LayerWatch::probes() const {
  const StatsSpec stats{.histograms = options_.histograms, .near_zero = options_.near_zero};
  std::vector<ProbeSpec> probes;
  for (const Layer& layer : layers_) {
    probes.push_back({watched(layer), false, stats});
    if (options_.gradients) probes.push_back({watched(layer), true, stats});
  }
  return probes;
}

std::vector<LayerStats> LayerWatch::empty_series() const {
  std::vector<LayerStats> series;
  for (const store::LayerInfo& info : infos_) series.push_back({.info = info});
  return series;
}

void LayerWatch::measure_weights(const Parameters& parameters) {
  const Backend& backend = parameters.backend();
  if (!before_) before_ = Buffer(backend, parameters.values().count());
  backend.copy(before_.ref(), parameters.values());
  std::vector<Measurement> measurements;
  for (const WatchedWeight& one : watched_weights_) {
    WeightStats& stats = weights_[one.layer];
    measurements.push_back({one.value.get(), parameters.value(one.entry), &stats.weight});
    measurements.push_back({one.gradient.get(), parameters.grad(one.entry), &stats.gradient});
  }
  backend.measure(measurements);
}

// The copy becomes the update: the new weights less the old ones.
void LayerWatch::measure_updates(const Parameters& parameters) {
  const Backend& backend = parameters.backend();
  backend.scale(before_.ref(), -1);
  backend.accumulate(before_.ref(), parameters.values());
  std::vector<Measurement> measurements;
  for (const WatchedWeight& one : watched_weights_) {
    const ConstTensorRef update = before_.ref().part(one.entry.offset, one.entry.shape.numel());
    measurements.push_back({one.update.get(), update, &weights_[one.layer].update});
  }
  backend.measure(measurements);
}

void LayerWatch::forget_weights() { std::ranges::fill(weights_, WeightStats{}); }

void LayerWatch::add_times(const Plan& plan, std::vector<LayerStats>& series) {
  ++timed_;
  // The first one is slow: its memory comes from the system. It counts until there is another.
  const double share = timed_ < 3 ? 1 : 1 / static_cast<double>(timed_ - 1);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    StepTime time;
    for (std::size_t step = 0; step < plan.steps().size(); ++step) {
      const NodeId output = plan.steps()[step].nodes.back();
      if (std::ranges::find(layers_[i].nodes, output) == layers_[i].nodes.end()) continue;
      time.forward_seconds += plan.times()[step].forward_seconds;
      time.backward_seconds += plan.times()[step].backward_seconds;
    }
    store::LayerInfo& info = series[i].info;
    const auto add = [share](std::optional<double>& mean, double seconds) {
      mean = mean.value_or(0) + share * (seconds - mean.value_or(0));
    };
    add(info.forward_seconds, time.forward_seconds);
    add(info.backward_seconds, time.backward_seconds);
  }
}

}  // namespace lehr
