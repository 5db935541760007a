#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

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
  /// Its pictures are not those of the files.
  std::span<const std::uint8_t> file_bytes(std::int64_t /*index*/,
                                           std::vector<std::uint8_t>& /*room*/) const override {
    return {};
  }
  /// The pictures no longer have the shape of the dataset's.
  Shape image_shape() const override { return {}; }

 private:
  Preprocessing preprocessing_;
  PictureView view_;
};

}  // namespace lehr
