#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lehr/data/dataset.hpp"
#include "lehr/metrics/metric.hpp"
#include "lehr/metrics/set_review.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// The results of a saved model on a dataset.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  std::int64_t samples = 0;
  SetReview review{};  ///< the confusion matrix, and the samples with the highest loss
};
/// Throws BadInput with the names that differ unless the classes of the data are those of the model, in the
/// same order. Scores are told apart by the number of the class, so equal numbers must mean equal names.
void check_class_names(const Model& model, const Dataset& dataset);

/// Evaluates a model. Metrics, if any, are started and contain their values afterwards. Throws
/// BadInput if the image shape or the names of the classes differ, if the dataset is empty, or if a metric is
/// null or does not suit the classes. Several threads may evaluate one model at once, each with its
/// own metrics. With several `views` (views.hpp), the mean of their probabilities counts.
Evaluation evaluate(const Model& model, const Dataset& dataset, std::int64_t batch_size = 512,
                    std::span<const std::unique_ptr<Metric>> metrics = {}, std::int64_t views = 1);

}  // namespace lehr
