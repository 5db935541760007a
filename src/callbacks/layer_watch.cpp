#include "callbacks/layer_watch.hpp"

#include <algorithm>
#include <optional>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
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

struct SmallTensor {
  TensorProbe* probe;
  const float* values;
  std::int64_t elements;
  TensorStats* result;
};

/// Shares all tensors out among the threads at once, where one by one each would wait for them.
void measure_together(std::span<const SmallTensor> tensors) {
  constexpr std::int64_t piece = 4096;
  constexpr std::int64_t pieces_a_thread = 4;
  struct Piece {
    TensorProbe* probe;
    std::int64_t first;
    std::int64_t count;
  };
  std::vector<Piece> pieces;
  for (const SmallTensor& tensor : tensors) {
    tensor.probe->begin(tensor.values, tensor.elements);
    for (std::int64_t first = 0; first < tensor.elements; first += piece) {
      pieces.push_back({tensor.probe, first, std::min(piece, tensor.elements - first)});
    }
  }
  parallel_for(std::ssize(pieces), pieces_a_thread, [&](std::int64_t begin, std::int64_t end, int thread) {
    for (const Piece& p :
         std::span(pieces).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))) {
      p.probe->written(p.first, p.count, thread);
    }
  });
  for (const SmallTensor& tensor : tensors) tensor.probe->end(*tensor.result);
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
  const auto count = static_cast<std::int64_t>(parameters.values().size());
  if (!before_) {
    before_ = std::static_pointer_cast<float>(backend.allocate(parameters.values().size_bytes()));
  }
  backend.copy(before_.get(), parameters.values().data(), count);
  std::vector<SmallTensor> tensors;
  for (const WatchedWeight& one : watched_weights_) {
    const std::int64_t elements = one.entry.shape.numel();
    WeightStats& stats = weights_[one.layer];
    tensors.push_back({one.value.get(), parameters.value(one.entry), elements, &stats.weight});
    tensors.push_back({one.gradient.get(), parameters.grad(one.entry), elements, &stats.gradient});
  }
  measure_together(tensors);
}

// The copy becomes the update: the new weights less the old ones.
void LayerWatch::measure_updates(const Parameters& parameters) {
  const Backend& backend = parameters.backend();
  const auto count = static_cast<std::int64_t>(parameters.values().size());
  backend.scale(before_.get(), -1, count);
  backend.accumulate(before_.get(), parameters.values().data(), count);
  std::vector<SmallTensor> tensors;
  for (const WatchedWeight& one : watched_weights_) {
    tensors.push_back({one.update.get(), before_.get() + one.entry.offset, one.entry.shape.numel(),
                       &weights_[one.layer].update});
  }
  measure_together(tensors);
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
