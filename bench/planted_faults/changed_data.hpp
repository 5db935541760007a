#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr::planted {

/// Another data set with some faults.
class ChangedData final : public Dataset {
 public:
  /// Has all samples, as they are.
  explicit ChangedData(std::shared_ptr<const Dataset> base);

  std::vector<std::int64_t> samples;           ///< of the other data set, in this order
  std::vector<std::int64_t> labels;            ///< of `samples`
  std::function<void(Image& picture)> edit{};  ///< changes pixels, not the shape
  std::chrono::microseconds delay{0};          ///< of each picture

  /// Shuffles the samples.
  void shuffle(std::uint64_t seed);
  /// Leaves out samples.
  void keep_if(const std::function<bool(std::int64_t index, std::int64_t label)>& wanted);

  std::int64_t size() const override { return static_cast<std::int64_t>(samples.size()); }
  std::span<const std::string> class_names() const override { return base_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return labels.at(static_cast<std::size_t>(index)); }
  void read(std::int64_t index, Image& picture) const override;
  Shape image_shape() const override { return base_->image_shape(); }
  bool in_memory() const override { return delay.count() == 0 && base_->in_memory(); }

 private:
  std::shared_ptr<const Dataset> base_;
};

/// Replaces a data set with a changed one.
void change(std::shared_ptr<const Dataset>& data, const std::function<void(ChangedData&)>& plant);

}  // namespace lehr::planted
