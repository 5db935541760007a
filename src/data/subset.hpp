#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "data/dataset_view.hpp"

namespace lehr::data {

/// Some samples of another data set.
class Subset final : public DatasetView {
 public:
  /// Each of `samples` must be in the data set.
  Subset(std::shared_ptr<const Dataset> dataset, std::vector<std::uint32_t> samples)
      : DatasetView(std::move(dataset)), samples_(std::move(samples)) {}

  std::int64_t size() const override { return std::ssize(samples_); }
  /// These throw BadInput if there is no such sample.
  std::int64_t label(std::int64_t index) const override { return dataset().label(sample(index)); }
  void read(std::int64_t index, Image& picture) const override { dataset().read(sample(index), picture); }
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    return dataset().open(sample(index));
  }
  std::string identity(std::int64_t index) const override { return dataset().identity(sample(index)); }
  std::string origin(std::int64_t index) const override { return dataset().origin(sample(index)); }
  std::string name(std::int64_t index) const override { return dataset().name(sample(index)); }
  std::span<const std::uint8_t> file_bytes(std::int64_t index,
                                           std::vector<std::uint8_t>& room) const override {
    return dataset().file_bytes(sample(index), room);
  }
  std::uint64_t fingerprint(std::int64_t index) const override {
    return dataset().fingerprint(sample(index));
  }

 private:
  std::int64_t sample(std::int64_t index) const {
    check_sample(*this, index, "the dataset");
    return samples_[static_cast<std::size_t>(index)];
  }

  std::vector<std::uint32_t> samples_;
};

}  // namespace lehr::data
