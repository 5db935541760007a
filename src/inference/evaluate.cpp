#include <algorithm>
#include <utility>

#include "classifier/classifier.hpp"
#include "inference/scored_views.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/inference/evaluate.hpp"
#include "metrics/metric_sums.hpp"

namespace lehr {

Evaluation evaluate(const Model& model, const Dataset& dataset, std::int64_t batch_size,
                    std::span<const std::unique_ptr<Metric>> metrics, std::int64_t views) {
  const ThreadScope threads(0);
  check_model(model);
  check_data_fits(classifier_of(model.graph), dataset, model.preprocessing);
  const auto is_null = [](const std::unique_ptr<Metric>& metric) { return metric == nullptr; };
  if (std::ranges::any_of(metrics, is_null)) throw BadInput("a metric was expected, found null");
  const auto classes = static_cast<std::int64_t>(model.class_names.size());
  for (const auto& metric : metrics) metric->start(classes);
  const std::shared_ptr<const Dataset> borrowed(std::shared_ptr<const Dataset>(), &dataset);
  ScoredViews batches(model, borrowed, batch_size, views);
  MetricSums sums;
  SetReview review;
  review.start(classes);
  while (const Batch* batch = batches.next()) {
    const std::span<const float> scores = batches.scores();
    const ScoredBatch scored{scores, {batch->targets, static_cast<std::size_t>(batch->size)}, classes};
    sums.add(batches.loss(), static_cast<double>(batch->size), scores, scored.targets);
    review.add(batch->ids, scored);
    for (const auto& metric : metrics) metric->add(scored);
  }
  const SetMetrics result = sums.result();
  return {result.loss, result.accuracy, result.samples, std::move(review)};
}

}  // namespace lehr
