#include "callbacks/recorded_stats.hpp"

#include <algorithm>
#include <utility>

#include "callbacks/layer_watch.hpp"

namespace lehr {
namespace {

std::vector<store::LayerInfo> infos_of(std::span<const LayerStats> layers) {
  std::vector<store::LayerInfo> infos;
  for (const LayerStats& layer : layers) infos.push_back(layer.info);
  return infos;
}

std::int64_t bytes_of(const ActivationStats& stats) {
  std::size_t bytes = 0;
  for (const LayerStats& layer : stats.layers()) {
    for_each_series(layer, [&](store::Watched, const StatSeries& series) { bytes += series.bytes(); });
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace

RecordedStats::RecordedStats(Learner& learner) {
  for (ActivationStats* stats : learner.all_callbacks<ActivationStats>())
    sources_.push_back({.stats = stats});
  index_layers(learner);
  for (Source& source : sources_) {
    source.listening =
        source.stats->listen([this, &source](const store::StepRow& step, const store::PackedStats& stats) {
          add(source, step, stats);
        });
  }
}

void RecordedStats::index_layers(const Learner& learner) {
  std::vector<std::string> names;
  for (const Source& source : sources_) {
    for (const LayerStats& layer : source.stats->layers()) names.push_back(layer.info.name);
  }
  if (sources_.size() > 1) layers_ = infos_of(LayerWatch({.layers = names}, learner).empty_series());
  for (Source& source : sources_) {
    for (const LayerStats& layer : source.stats->layers()) {
      const auto found = std::ranges::find(layers_, layer.info.name, &store::LayerInfo::name);
      source.index.push_back(found == layers_.end() ? layer.info.index : found->index);
    }
  }
}

std::vector<store::LayerInfo> RecordedStats::layers(const Learner& learner) const {
  if (sources_.empty()) return infos_of(LayerWatch({}, learner).empty_series());
  if (sources_.size() == 1) return infos_of(sources_.front().stats->layers());
  std::vector<store::LayerInfo> layers = layers_;
  for (const Source& source : sources_) {
    for (const LayerStats& layer : source.stats->layers()) {
      store::LayerInfo& info =
          layers[static_cast<std::size_t>(source.index[static_cast<std::size_t>(layer.info.index)])];
      if (!info.forward_seconds) info.forward_seconds = layer.info.forward_seconds;
      if (!info.backward_seconds) info.backward_seconds = layer.info.backward_seconds;
    }
  }
  return layers;
}

void RecordedStats::add(const Source& source, const store::StepRow& step, const store::PackedStats& stats) {
  if (sources_.size() == 1) {
    batch_.emplace(Batch{.step = step, .stats = stats});
    return;
  }
  if (!batch_) batch_.emplace(Batch{.step = step, .stats = {}});
  const std::size_t of_others = batch_->stats.tensors().size();
  for (const store::PackedTensor& tensor : stats.tensors()) {
    const int layer = source.index[static_cast<std::size_t>(tensor.layer)];
    const auto is_there = [&](const store::PackedTensor& other) {
      return other.layer == layer && other.what == tensor.what;
    };
    if (std::ranges::any_of(batch_->stats.tensors().first(of_others), is_there)) continue;
    batch_->stats.add(layer, tensor, stats);
  }
}

std::optional<RecordedStats::Batch> RecordedStats::take() { return std::exchange(batch_, std::nullopt); }

void RecordedStats::add_cost(double seconds) {
  for (const Source& source : sources_) source.stats->add_cost(seconds);
}

double RecordedStats::overhead() const {
  double sum = 0;
  for (const Source& source : sources_) sum += source.stats->overhead();
  return sum;
}

const ActivationStats* RecordedStats::with_most_records() const {
  const auto found =
      std::ranges::max_element(sources_, {}, [](const Source& source) { return source.stats->records(); });
  return found == sources_.end() ? nullptr : found->stats;
}

std::int64_t RecordedStats::batches() const { return sources_.empty() ? 0 : with_most_records()->batches(); }
std::int64_t RecordedStats::records() const { return sources_.empty() ? 0 : with_most_records()->records(); }

std::int64_t RecordedStats::expected_bytes(const Progress& progress) const {
  const auto most = static_cast<std::int64_t>(ActivationStatsOptions().most_points);
  std::int64_t bytes = 0;
  for (const Source& source : sources_) {
    const auto recorded = static_cast<std::int64_t>(source.stats->points().size());
    if (recorded == 0) continue;
    bytes += bytes_of(*source.stats) / recorded * std::min(most, progress.epochs * progress.batches);
  }
  return bytes;
}

}  // namespace lehr
