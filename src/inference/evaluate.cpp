#include <algorithm>
#include <utility>

#include "classifier/classifier.hpp"
#include "inference/scored_views.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/inference/evaluate.hpp"
#include "metrics/metric_sums.hpp"

namespace lehr {
namespace {

/// "a", "b", "c" and 3 more: the names that the other list lacks.
std::string missing_in(std::span<const std::string> names, std::span<const std::string> others) {
  constexpr std::size_t most = 3;
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (std::ranges::find(others, name) == others.end()) missing.push_back(in_quotes(printable(name, 40)));
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(most, missing.size()); ++i) text += (i == 0 ? "" : ", ") + missing[i];
  if (missing.size() > most) text += " and " + std::to_string(missing.size() - most) + " more";
  return text.empty() ? "none" : text;
}

}  // namespace

void check_class_names(const Model& model, const Dataset& dataset) {
  const std::span<const std::string> names = dataset.class_names();
  if (std::ranges::equal(names, model.class_names)) return;
  if (std::ranges::is_permutation(names, model.class_names))
    throw BadInput("the data have the classes of the model in another order, so their numbers differ");
  throw BadInput("the data have other classes than the model: the model alone has " +
                 missing_in(model.class_names, names) + ", the data alone have " +
                 missing_in(names, model.class_names));
}

Evaluation evaluate(const Model& model, const Dataset& dataset, std::int64_t batch_size,
                    std::span<const std::unique_ptr<Metric>> metrics, std::int64_t views) {
  const ThreadScope threads(0);
  check_model(model);
  check_data_fits(classifier_of(model.graph), dataset, model.preprocessing);
  check_class_names(model, dataset);
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
