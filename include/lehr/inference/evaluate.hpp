#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lehr/data/dataset.hpp"
#include "lehr/metrics/metric.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// Of a saved model on a dataset.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  std::int64_t samples = 0;
};
/// Metrics, if any, are started and hold their values afterwards. Throws BadInput if image shape or classes
/// differ, the dataset is empty, a metric is null or does not suit the classes. Several threads may evaluate
/// one model at once, each with metrics of its own.
Evaluation evaluate(const Model& model, const Dataset& dataset, std::int64_t batch_size = 512,
                    std::span<const std::unique_ptr<Metric>> metrics = {});

}  // namespace lehr
