#pragma once

#include <functional>
#include <string>
#include <vector>

#include "diagnosis/facts.hpp"
#include "lehr/diagnosis/finding.hpp"

namespace lehr::diagnosis {

/// A number of one layer.
struct OfLayer {
  const LayerStats* layer = nullptr;
  double value = 0;
};

using LayerSeries = std::function<std::vector<float>(const LayerStats&)>;

/// Each layer's number of a series, made by one of Facts' medians. Layers whose median is NaN are left out.
using Median = double (Facts::*)(const std::vector<float>&) const;
std::vector<OfLayer> medians(const Facts& facts, Median median, const LayerSeries& series);

/// Std of the activations.
std::vector<OfLayer> stds(const Facts& facts, Median median);
/// Norm of the gradient of the weights, at the end.
std::vector<OfLayer> gradient_norms(const Facts& facts);
/// Update over weight, where the rate is high.
std::vector<OfLayer> update_ratios(const Facts& facts);

std::vector<OfLayer> those_where(std::vector<OfLayer> all, const std::function<bool(double)>& wanted);

/// The batch, counted from 1, from which the values stay at or above a limit.
std::int64_t since_batch(const Facts& facts, const std::vector<float>& values, double limit);

/// "layer 3 is dead"; of several layers "2 of 5 layers are dead, first layer 3".
std::string layers_are(const Facts& facts, const std::vector<OfLayer>& found, const std::string& what);

/// The share of the values of each batch that are beyond a size; NaN without histograms.
std::vector<float> share_beyond(const LayerStats& layer, double size);

/// The values of a series at the recorded batches.
EvidenceChart chart_of(const Facts& facts, const std::string& title, const std::vector<float>& values);

}  // namespace lehr::diagnosis
