#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/shape.hpp"

namespace lehr {

/// Labelled images of one size. Implementations are immutable and may be read from several threads at once: a
/// loader does so.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t size() const = 0;
  /// (C, H, W)
  virtual Shape image_shape() const = 0;
  virtual std::span<const std::string> class_names() const = 0;
  /// Class number of a sample, in [0, class_names().size()). A loader refuses any other.
  virtual std::int64_t label(std::int64_t index) const = 0;
  /// Writes one image as H x W x C bytes into pixels (of exactly that length).
  virtual void read(std::int64_t index, std::span<std::uint8_t> pixels) const = 0;
  /// True where read() is little more than a memory copy, so that a loader gains nothing from a thread beside
  /// it.
  virtual bool in_memory() const { return false; }
};

/// Throws BadInput for a sample that the dataset does not have. `set` names it in the message: "the
/// validation set".
void check_sample(const Dataset& dataset, std::int64_t sample, std::string_view set = "the data");

/// A dataset held in memory. One that was moved from is empty.
class MemoryDataset final : public Dataset {
 public:
  /// images holds labels.size() images of H x W x C bytes, one after the other. Throws BadInput if the sizes
  /// do not fit or a label is not below class_names.size().
  MemoryDataset(Shape image_shape, std::vector<std::uint8_t> images, std::vector<std::uint8_t> labels,
                std::vector<std::string> class_names);

  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  Shape image_shape() const override { return image_shape_; }
  std::span<const std::string> class_names() const override { return class_names_; }
  /// This and read() throw BadInput if there is no such sample, or `pixels` is not an image long.
  std::int64_t label(std::int64_t index) const override;
  void read(std::int64_t index, std::span<std::uint8_t> pixels) const override;
  bool in_memory() const override { return true; }

 private:
  Shape image_shape_;
  std::vector<std::uint8_t> images_;
  std::vector<std::uint8_t> labels_;
  std::vector<std::string> class_names_;
};

/// What maps bytes to the network's input: (byte/255 - mean[c]) / std[c] for channel c.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> std;
  friend bool operator==(const Normalisation&, const Normalisation&) = default;
};

/// Throws BadInput unless there are a finite mean and a finite std above 0 for each channel.
void check_normalisation(const Normalisation& normalisation, std::int64_t channels);

/// Called with the images read and to be read.
using MeasureProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Mean and (biased) standard deviation of each channel, in [0, 1] units: over all images of a dataset in
/// memory, over 10,000 drawn at random (the same ones each time) of one that has to be decoded. A channel
/// that never varies gets std 1. `progress`, if given, is called on this thread every few hundred images.
/// Throws BadInput if the dataset is empty.
Normalisation normalisation_of(const Dataset& dataset, const MeasureProgress& progress = {});

/// The sets that a training needs. Copies share them.
struct DataSplits {
  std::string source;  ///< what open_data was given: "mnist:data/mnist"
  std::shared_ptr<const Dataset> train;
  std::shared_ptr<const Dataset> valid;

  /// Both are the training set's, and throw BadInput if there is none.
  Shape image_shape() const;
  std::int64_t classes() const;
};

}  // namespace lehr
