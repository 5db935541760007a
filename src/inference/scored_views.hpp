#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// The batches of a dataset with a model's scores. With several views, the scores are the logarithms of the
/// mean probabilities.
class ScoredViews {
 public:
  ScoredViews(const Model& model, const std::shared_ptr<const Dataset>& dataset, std::int64_t batch_size,
              std::int64_t views);

  /// Null at the end.
  const Batch* next();
  /// Of the batch, as PlanCache::predict gives them.
  std::span<const float> scores() const { return scores_; }
  /// The mean over the batch.
  double loss() { return plans_.loss(); }

 private:
  /// Adds the other views to the scores.
  void average();

  std::size_t classes_;
  PlanCache plans_;
  std::vector<std::unique_ptr<Loader>> loaders_;  // one for each view
  std::span<const float> scores_;
  std::vector<double> sums_;
  std::vector<float> means_;
};

}  // namespace lehr
