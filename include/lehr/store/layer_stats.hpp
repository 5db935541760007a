#pragma once

#include <string>
#include <vector>

#include "lehr/store/run_records.hpp"
#include "lehr/store/stat_series.hpp"

namespace lehr {

/// What was measured of one layer, with one entry per recorded batch.
struct LayerStats {
  store::LayerInfo info{};
  StatSeries activation{};
  // Only if gradients are recorded. An entry without values stands for a batch at which the tensor
  // was not measured: gradients in a validation, updates of a batch without a step.
  StatSeries activation_gradient{};
  StatSeries weight{};
  StatSeries weight_gradient{};
  StatSeries update{};

  /// Norm of the update divided by norm of the weight; NaN if there was no step.
  std::vector<float> update_ratio() const;

  /// "layer 3: 3 of 16 channels dead: 4, 7, 11". Empty if channels were not counted.
  std::string dead_channels_text() const;

  std::vector<float> mean() const { return activation.mean(); }
  std::vector<float> std() const { return activation.std(); }
  /// Share of activations whose magnitude is at most 0.05. After ReLU it equals activation.near_zero(), which
  /// counts signed values as fastai does and calls every negative activation near zero.
  std::vector<float> near_zero_abs() const { return activation.near_zero_abs(); }
  StatImage color_dim() const { return activation.color_dim(); }
};

/// Calls body(Watched, series) for each of a layer's series.
template <class Layer, class Body>
void for_each_series(Layer& layer, const Body& body) {
  body(store::Watched::activation, layer.activation);
  body(store::Watched::activation_gradient, layer.activation_gradient);
  body(store::Watched::weight, layer.weight);
  body(store::Watched::weight_gradient, layer.weight_gradient);
  body(store::Watched::update, layer.update);
}

namespace store {

/// What a run recorded about its layers in training batches.
struct RecordedLayers {
  std::vector<StepRow> points{};  ///< the batches to which the entries of all series belong
  std::vector<LayerStats> layers{};
};
/// Layers without statistics have empty series.
RecordedLayers recorded_layers(const RunRecords& run);

}  // namespace store
}  // namespace lehr
