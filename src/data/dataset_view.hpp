#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// Another data set as it is. Derived classes change what they override. One that changes pictures overrides
/// file_bytes() too. One that does not should also hand on open() and identity().
class DatasetView : public Dataset {
 public:
  explicit DatasetView(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}
  std::int64_t size() const override { return dataset_->size(); }
  std::span<const std::string> class_names() const override { return dataset_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return dataset_->label(index); }
  void read(std::int64_t index, Image& picture) const override { dataset_->read(index, picture); }
  std::string origin(std::int64_t index) const override { return dataset_->origin(index); }
  std::string name(std::int64_t index) const override { return dataset_->name(index); }
  std::span<const std::uint8_t> file_bytes(std::int64_t index,
                                           std::vector<std::uint8_t>& room) const override {
    return dataset_->file_bytes(index, room);
  }
  std::uint64_t fingerprint(std::int64_t index) const override { return dataset_->fingerprint(index); }
  Shape image_shape() const override { return dataset_->image_shape(); }
  bool in_memory() const override { return dataset_->in_memory(); }

 protected:
  const Dataset& dataset() const { return *dataset_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace lehr::data
