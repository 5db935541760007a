#include "inference/scored_views.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inference/view_dataset.hpp"
#include "metrics/soft_max.hpp"

namespace lehr {

ScoredViews::ScoredViews(const Model& model, const std::shared_ptr<const Dataset>& dataset,
                         std::int64_t batch_size, std::int64_t count)
    : classes_(model.class_names.size()), plans_(model.graph, cross_entropy_loss(), *model.parameters, 0) {
  for (const PictureView& view : views(count)) {
    std::shared_ptr<const Dataset> seen_so = dataset;
    if (count > 1) seen_so = std::make_shared<ViewDataset>(dataset, model.preprocessing, view);
    loaders_.push_back(std::make_unique<Loader>(
        seen_so, LoaderOptions{.batch_size = batch_size, .preprocessing = model.preprocessing}));
    loaders_.back()->start(0);
  }
}

const Batch* ScoredViews::next() {
  const Batch* batch = loaders_.front()->next();
  if (batch == nullptr) return nullptr;
  scores_ = plans_.predict(*batch, Mode::eval, 0);
  if (loaders_.size() > 1) average();
  return batch;
}

void ScoredViews::average() {
  sums_.assign(scores_.size(), 0);
  for (const auto& loader : loaders_) {
    if (loader != loaders_.front()) scores_ = plans_.predict(*loader->next(), Mode::eval, 0);
    for (std::size_t row = 0; row < scores_.size(); row += classes_) {
      const SoftMax of_sample(scores_.subspan(row, classes_));
      for (std::size_t i = row; i < row + classes_; ++i) {
        sums_[i] += static_cast<double>(static_cast<float>(of_sample.probability(scores_[i])));
      }
    }
  }
  means_.clear();
  const auto views_count = static_cast<double>(loaders_.size());
  constexpr double least = std::numeric_limits<float>::min();  // a logarithm needs more than 0
  for (const double sum : sums_)
    means_.push_back(static_cast<float>(std::log(std::max(sum / views_count, least))));
  scores_ = means_;
  plans_.set_scores(scores_);
}

}  // namespace lehr
