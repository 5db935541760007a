#include "callbacks/layer_watch.hpp"

#include <algorithm>
#include <optional>

#include "lehr/graph/summary.hpp"

namespace lehr {
namespace {

using store::Watched;

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

bool is_of_activation(Watched what) {
  return what == Watched::activation || what == Watched::activation_gradient;
}

}  // namespace

LayerWatch::LayerWatch(const ActivationStatsOptions& options, const Learner& learner)
    : options_(options), layers_(layers_named(options.layers, learner.model())) {
  const std::vector<SummaryRow> rows = summary_rows(learner.model(), 1);
  const std::vector<std::vector<int>> inputs = layer_inputs(layers_, learner.model());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    infos_.push_back(info_of(layers_[i], watched(layers_[i]), rows, learner.options().batch_size));
    infos_.back().index = static_cast<int>(i);
    infos_.back().inputs = inputs[i];
    bounds_.push_back(
        saturation_bounds(learner.model().node(layers_[i].output()), options.before_activation));
    tensors_.push_back({i, Watched::activation});
    if (!options.gradients) continue;
    tensors_.push_back({i, Watched::activation_gradient});
    if (!layers_[i].has_weight) continue;
    for (const Watched what : {Watched::weight, Watched::weight_gradient, Watched::update}) {
      tensors_.push_back({i, what});
    }
  }
}

StatsSpec LayerWatch::spec_of(const Tensor& tensor) const {
  const bool of_activation = is_of_activation(tensor.what);
  StatsSpec spec{.histograms = options_.histograms && (of_activation || options_.weight_histograms),
                 .near_zero = options_.near_zero};
  if (tensor.what != Watched::activation || !options_.channels) return spec;
  const SaturationBounds& bounds = bounds_[tensor.layer];
  spec.channels = true;
  spec.saturated_below = bounds.below;
  spec.saturated_above = bounds.above;
  return spec;
}

StatsRequest LayerWatch::request_of(const Tensor& tensor) const {
  const Layer& layer = layers_[tensor.layer];
  return {.what = tensor.what,
          .node = is_of_activation(tensor.what) ? watched(layer) : layer.nodes.front(),
          .stats = spec_of(tensor)};
}

std::vector<StatsRequest> LayerWatch::requests() const {
  std::vector<StatsRequest> requests;
  for (const Tensor& tensor : tensors_) requests.push_back(request_of(tensor));
  return requests;
}

std::vector<LayerStats> LayerWatch::empty_series() const {
  std::vector<LayerStats> series;
  for (const store::LayerInfo& info : infos_) series.push_back({.info = info});
  return series;
}

void LayerWatch::add_times(const Plan& plan, std::vector<LayerStats>& series) {
  ++timed_;
  // The first batch is slow, because its memory comes from the system. It only counts until there
  // is another one.
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
