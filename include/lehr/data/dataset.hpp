#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/image/image.hpp"

namespace lehr {

namespace image {
class UnreadPicture;
}

/// Labelled pictures, numbered from 0. Implementations are immutable and may be read from several
/// threads at once, as a loader does.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t size() const = 0;
  virtual std::span<const std::string> class_names() const = 0;
  /// Class number of a sample, in [0, class_names().size()). A loader rejects any other number.
  virtual std::int64_t label(std::int64_t index) const = 0;
  /// Reads the sample's picture into `picture`, in its own size and format. Passing the same Image
  /// again saves allocations, because Image::reset keeps the memory.
  virtual void read(std::int64_t index, Image& picture) const = 0;
  /// Opens the sample's picture, of which a random crop then reads a part. Null, the default, if read() is as
  /// fast. Both give the same pixels.
  virtual std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const;
  /// Where a sample comes from, for error messages: its path. Empty if its number is enough.
  virtual std::string origin(std::int64_t /*index*/) const { return {}; }
  /// The sample's name inside the data set: its path without the folder or archive in which the set lies.
  /// data::open_data divides sets by it. Empty if the set has no names; then the number counts.
  virtual std::string name(std::int64_t index) const { return origin(index); }
  /// The file from which read() decodes a sample. Its bytes may be in `room`, which the next call reuses.
  /// Empty, the default, if a sample is no file of its own, or if read() changes what it decodes.
  virtual std::span<const std::uint8_t> file_bytes(std::int64_t /*index*/,
                                                   std::vector<std::uint8_t>& /*room*/) const {
    return {};
  }
  /// A checksum of the size and of a part of that file: cheap, and equal for equal files. 0, the default, if
  /// there is none. Throws BadInput if the file cannot be read or does not begin like that of a picture.
  virtual std::uint64_t fingerprint(std::int64_t /*index*/) const { return 0; }
  /// A text that changes if the sample's picture does: the path, size and time of its file. Empty, the
  /// default, if there is none; then the picture is not kept on disk (DataRequest::cache_folder).
  virtual std::string identity(std::int64_t /*index*/) const { return {}; }
  /// (C, H, W) if all pictures have 8 bits and this shape. Rank 0, the default, if they differ.
  virtual Shape image_shape() const { return {}; }
  /// True if read() is little more than a memory copy. A loader then gains nothing from its own
  /// threads.
  virtual bool in_memory() const { return false; }
};

/// Throws BadInput if the dataset does not have the sample. `set` names the dataset in the message:
/// "the validation set".
void check_sample(const Dataset& dataset, std::int64_t sample, std::string_view set = "the data");

/// A picture of a data set cannot be read.
class UnreadableSample : public BadInput {
 public:
  using BadInput::BadInput;
};

/// Calls Dataset::read. Errors name the sample. They have the kind of the original error, which is
/// nested in them; a BadInput becomes an UnreadableSample. Throws BadInput if the dataset does not have the
/// sample.
void read_picture(const Dataset& dataset, std::int64_t sample, Image& picture);

/// Pictures of 8 bits and one size, held in memory. A moved-from object is empty.
class MemoryDataset final : public Dataset {
 public:
  /// `images` holds labels.size() images of H x W x C bytes, one after the other. Throws BadInput
  /// if the sizes do not match or a label is not below class_names.size().
  MemoryDataset(Shape image_shape, std::vector<std::uint8_t> images, std::vector<std::uint8_t> labels,
                std::vector<std::string> class_names);

  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  Shape image_shape() const override { return image_shape_; }
  std::span<const std::string> class_names() const override { return class_names_; }
  /// This and read() throw BadInput if there is no such sample.
  std::int64_t label(std::int64_t index) const override;
  void read(std::int64_t index, Image& picture) const override;
  bool in_memory() const override { return true; }

 private:
  Shape image_shape_;
  std::vector<std::uint8_t> images_;
  std::vector<std::uint8_t> labels_;
  std::vector<std::string> class_names_;
};

/// A picture with its class number and, for error messages, where it comes from.
struct Sample {
  Image picture;
  std::int64_t label = 0;
  std::string origin{};
};

/// Pictures in memory, each with its own size and format. If all have 8 bits and one shape, that is the
/// image_shape(). A moved-from object is empty.
class PictureDataset final : public Dataset {
 public:
  /// Throws BadInput if a picture is damaged (image::check) or a label is not in [0, class_names.size()).
  PictureDataset(std::vector<Sample> samples, std::vector<std::string> class_names);

  std::int64_t size() const override { return static_cast<std::int64_t>(samples_.size()); }
  std::span<const std::string> class_names() const override { return class_names_; }
  /// These throw BadInput if there is no such sample.
  std::int64_t label(std::int64_t index) const override;
  void read(std::int64_t index, Image& picture) const override;
  std::string origin(std::int64_t index) const override;
  Shape image_shape() const override { return image_shape_; }
  bool in_memory() const override { return true; }

 private:
  std::vector<Sample> samples_;
  Shape image_shape_{};
  std::vector<std::string> class_names_;
};

/// Called with the number of images read so far and the total.
using MeasureProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Mean and (biased) standard deviation of each channel, in [0, 1] units. A dataset in memory is
/// measured completely. A dataset whose pictures must be decoded is measured on 10,000 random
/// pictures, the same ones each time. Pictures are first fitted to the shape of `fitting`; its
/// normalisation is ignored. If it has no shape, the dataset must have an image_shape(). A constant
/// channel gets std 1. `progress`, if given, is called on this thread every few hundred pictures.
/// Throws BadInput if the dataset is empty.
Normalisation normalisation_of(const Dataset& dataset, const Preprocessing& fitting = {},
                               const MeasureProgress& progress = {});

/// The data sets of a training. Copies share them.
struct DataSplits {
  std::string source{};  ///< the name given to open_data: "mnist:data/mnist"
  std::shared_ptr<const Dataset> train{};
  std::shared_ptr<const Dataset> valid{};
  std::shared_ptr<const Dataset> test{};  ///< null if there is none; may be the same set as `valid`
  /// The name of the augmentation (data::augmentation_names()) that suits the training set. Trainings that
  /// choose none themselves use it.
  std::string augment = "none";
  std::vector<std::string> warnings{};  ///< sentences about the data that its user should know

  /// The set with that name: "train", "valid" or "test". Throws BadInput for other names and if
  /// there is no such set.
  std::shared_ptr<const Dataset> set(std::string_view name) const;
  /// The shape of the training pictures. Throws BadInput if there is no training set or its pictures differ
  /// in shape or depth.
  Shape image_shape() const;
  /// Classes of the training set. Throws BadInput if there is none.
  std::int64_t classes() const;
};

}  // namespace lehr
