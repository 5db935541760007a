#include "lehr/data/dataset.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "data/sample_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {

std::unique_ptr<image::UnreadPicture> Dataset::open(std::int64_t /*index*/) const { return nullptr; }

void check_sample(const Dataset& dataset, std::int64_t sample, std::string_view set) {
  if (sample >= 0 && sample < dataset.size()) return;
  throw BadInput("there is no sample " + std::to_string(sample) + ": " + std::string(set) + " has " +
                 std::to_string(dataset.size()) + ", counted from 0");
}

void read_picture(const Dataset& dataset, std::int64_t sample, Image& picture) {
  check_sample(dataset, sample);
  try {
    dataset.read(sample, picture);
    image::check(picture);
  } catch (...) {
    data::rethrow_naming(dataset, sample);
  }
}

MemoryDataset::MemoryDataset(Shape image_shape, std::vector<std::uint8_t> images,
                             std::vector<std::uint8_t> labels, std::vector<std::string> class_names)
    : image_shape_(image_shape),
      images_(std::move(images)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)) {
  if (image_shape_.rank() != 3 || image_shape_.numel() == 0) {
    throw BadInput("a dataset needs images of shape (channels, height, width), each at least 1; found " +
                   image_shape_.str());
  }
  const auto image_bytes = static_cast<std::size_t>(image_shape_.numel());
  if (images_.size() % image_bytes != 0 || images_.size() / image_bytes != labels_.size()) {
    throw BadInput("a dataset of " + counted(labels_.size(), "label") + " and images of shape " +
                   image_shape_.str() + " needs as many images as labels; found " +
                   counted(images_.size(), "byte") + " of images");
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] >= class_names_.size()) {
      throw BadInput("the label of sample " + std::to_string(i) + " is " + std::to_string(labels_[i]) +
                     "; expected less than the number of classes, " + std::to_string(class_names_.size()));
    }
  }
}

std::int64_t MemoryDataset::label(std::int64_t index) const {
  check_sample(*this, index, "the dataset");
  return labels_[static_cast<std::size_t>(index)];
}

void MemoryDataset::read(std::int64_t index, Image& picture) const {
  check_sample(*this, index, "the dataset");
  const std::span<std::uint8_t> pixels = picture.reset(image_shape_);
  std::memcpy(pixels.data(), images_.data() + static_cast<std::size_t>(index) * pixels.size(), pixels.size());
}

PictureDataset::PictureDataset(std::vector<Sample> samples, std::vector<std::string> class_names)
    : samples_(std::move(samples)), class_names_(std::move(class_names)) {
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    const std::string of_sample =
        "sample " + std::to_string(i) + (sample.origin.empty() ? "" : " (" + in_quotes(sample.origin) + ")");
    try {
      image::check(sample.picture);
    } catch (const BadInput& error) {
      throw BadInput(of_sample + ": " + error.what());
    }
    if (sample.label >= 0 && sample.label < std::ssize(class_names_)) continue;
    throw BadInput("the label of " + of_sample + " is " + std::to_string(sample.label) +
                   "; expected 0 or more and less than the number of classes, " +
                   std::to_string(class_names_.size()));
  }
  const auto is_like_the_first = [this](const Sample& sample) {
    return sample.picture.bits == 8 && sample.picture.has_shape(samples_.front().picture.shape());
  };
  if (!samples_.empty() && std::ranges::all_of(samples_, is_like_the_first)) {
    image_shape_ = samples_.front().picture.shape();
  }
}

std::int64_t PictureDataset::label(std::int64_t index) const {
  check_sample(*this, index, "the dataset");
  return samples_[static_cast<std::size_t>(index)].label;
}

void PictureDataset::read(std::int64_t index, Image& picture) const {
  check_sample(*this, index, "the dataset");
  picture = samples_[static_cast<std::size_t>(index)].picture;
}

std::string PictureDataset::origin(std::int64_t index) const {
  check_sample(*this, index, "the dataset");
  return samples_[static_cast<std::size_t>(index)].origin;
}

std::shared_ptr<const Dataset> DataSplits::set(std::string_view name) const {
  static const std::vector<std::string> names{"train", "valid", "test"};
  if (name != "train" && name != "valid" && name != "test") {
    throw unknown_name("set", printable(name), names);
  }
  const std::shared_ptr<const Dataset>& found = name == "train" ? train : name == "valid" ? valid : test;
  if (found) return found;
  throw BadInput((source.empty() ? "the data" : in_quotes(source)) + " has no " + std::string(name) + " set");
}

Shape DataSplits::image_shape() const {
  if (!train) throw BadInput("the training set is missing: its pointer is null");
  const Shape shape = train->image_shape();
  if (shape.rank() != 0) return shape;
  throw BadInput("the training pictures have no common shape: choose the shape that they are fitted to");
}

std::int64_t DataSplits::classes() const {
  if (!train) throw BadInput("the training set is missing: its pointer is null");
  return static_cast<std::int64_t>(train->class_names().size());
}

}  // namespace lehr
