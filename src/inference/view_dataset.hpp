#pragma once

#include <memory>
#include <utility>

#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/inference/views.hpp"

namespace lehr {

/// A view of each picture of a dataset, fitted to the input of a model.
class ViewDataset final : public Dataset {
 public:
  ViewDataset(std::shared_ptr<const Dataset> dataset, Preprocessing preprocessing, const PictureView& view)
      : dataset_(std::move(dataset)), preprocessing_(std::move(preprocessing)), view_(view) {}

  std::int64_t size() const override { return dataset_->size(); }
  std::span<const std::string> class_names() const override { return dataset_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return dataset_->label(index); }
  void read(std::int64_t index, Image& picture) const override {
    dataset_->read(index, picture);
    picture = seen(fitted(picture, preprocessing_), view_);
  }
  std::string origin(std::int64_t index) const override { return dataset_->origin(index); }
  bool in_memory() const override { return dataset_->in_memory(); }

 private:
  std::shared_ptr<const Dataset> dataset_;
  Preprocessing preprocessing_;
  PictureView view_;
};

}  // namespace lehr
