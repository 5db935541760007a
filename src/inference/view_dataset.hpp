#pragma once

#include <memory>
#include <utility>

#include "data/dataset_view.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/inference/views.hpp"

namespace lehr {

/// A view of each picture of a dataset, fitted to the input of a model.
class ViewDataset final : public data::DatasetView {
 public:
  ViewDataset(std::shared_ptr<const Dataset> dataset, Preprocessing preprocessing, const PictureView& view)
      : DatasetView(std::move(dataset)), preprocessing_(std::move(preprocessing)), view_(view) {}

  void read(std::int64_t index, Image& picture) const override {
    DatasetView::read(index, picture);
    picture = seen(fitted(picture, preprocessing_), view_);
  }
  /// The pictures no longer have the shape of the dataset's.
  Shape image_shape() const override { return {}; }

 private:
  Preprocessing preprocessing_;
  PictureView view_;
};

}  // namespace lehr
