#include "lehr/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/loader.hpp"

namespace lehr {

void check_sample(const Dataset& dataset, std::int64_t sample, std::string_view set) {
  if (sample >= 0 && sample < dataset.size()) return;
  throw BadInput("there is no sample " + std::to_string(sample) + ": " + std::string(set) + " has " +
                 std::to_string(dataset.size()) + ", counted from 0");
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

void MemoryDataset::read(std::int64_t index, std::span<std::uint8_t> pixels) const {
  check_sample(*this, index, "the dataset");
  const auto bytes = static_cast<std::size_t>(image_shape_.numel());
  if (pixels.size() != bytes) {
    throw BadInput("an image of shape " + image_shape_.str() + " needs room for " + std::to_string(bytes) +
                   " bytes, found " + std::to_string(pixels.size()));
  }
  std::memcpy(pixels.data(), images_.data() + static_cast<std::size_t>(index) * bytes, bytes);
}

namespace {

// Exact sums of integers, so that the split into threads does not show in the result.
struct ChannelSums {
  std::vector<std::uint64_t> values;
  std::vector<std::uint64_t> squares;

  explicit ChannelSums(std::size_t channels) : values(channels), squares(channels) {}

  void add_image(std::span<const std::uint8_t> pixels) {
    const std::size_t channels = values.size();
    if (channels == 1) {
      constexpr std::size_t block = 4096;  // 4096 * 255^2 fits 32 bits, which vectorises
      for (std::size_t i = 0; i < pixels.size(); i += block) {
        add_block(pixels.subspan(i, std::min(block, pixels.size() - i)));
      }
      return;
    }
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::uint64_t value = pixels[i];
      values[i % channels] += value;
      squares[i % channels] += value * value;
    }
  }

  void add(const ChannelSums& other) {
    for (std::size_t c = 0; c < values.size(); ++c) {
      values[c] += other.values[c];
      squares[c] += other.squares[c];
    }
  }

 private:
  void add_block(std::span<const std::uint8_t> grey) {
    std::uint32_t sum = 0;
    std::uint32_t sum_of_squares = 0;
    for (const std::uint32_t value : grey) {
      sum += value;
      sum_of_squares += value * value;
    }
    values[0] += sum;
    squares[0] += sum_of_squares;
  }
};

}  // namespace

namespace {

constexpr std::int64_t images_between_reports = 512;

/// Which images speak for a dataset. Never every k-th: neighbours in a file are seldom alike by chance.
std::vector<std::int64_t> representative_samples(const Dataset& dataset) {
  constexpr std::int64_t enough = 10000;
  const std::int64_t size = dataset.size();
  if (dataset.in_memory() || size <= enough) return epoch_order(size, false, 0, 0);
  std::vector<std::int64_t> drawn(static_cast<std::size_t>(enough));
  Rng rng(0, Purpose::sampling);
  for (std::int64_t& sample : drawn) {
    sample = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size)));
  }
  return drawn;
}

}  // namespace

Shape DataSplits::image_shape() const {
  if (!train) throw BadInput("the training set is missing: its pointer is null");
  return train->image_shape();
}

std::int64_t DataSplits::classes() const {
  if (!train) throw BadInput("the training set is missing: its pointer is null");
  return static_cast<std::int64_t>(train->class_names().size());
}

void check_normalisation(const Normalisation& normalisation, std::int64_t channels) {
  const auto expected = static_cast<std::size_t>(channels);
  if (normalisation.mean.size() != expected || normalisation.std.size() != expected) {
    throw BadInput("a normalisation needs a mean and a std for each channel: expected " +
                   std::to_string(channels) + " of each, found " +
                   counted(normalisation.mean.size(), "mean") + " and " +
                   counted(normalisation.std.size(), "std"));
  }
  for (std::size_t c = 0; c < expected; ++c) {
    const float mean = normalisation.mean[c];
    const float std = normalisation.std[c];
    if (!std::isfinite(mean) || !std::isnormal(std) || std <= 0) {
      throw BadInput("a normalisation needs finite means and stds above 0, found " + number_text(mean) +
                     " and " + number_text(std) + " for channel " + std::to_string(c));
    }
  }
}

Normalisation normalisation_of(const Dataset& dataset, const MeasureProgress& progress) {
  if (dataset.size() < 1) throw BadInput("normalisation needs at least one sample; found an empty dataset");
  const std::vector<std::int64_t> samples = representative_samples(dataset);
  const Shape shape = dataset.image_shape();
  const auto channels = static_cast<std::size_t>(shape[0]);
  std::vector<ChannelSums> parts(static_cast<std::size_t>(threads()), ChannelSums(channels));
  const auto measure = [&](std::int64_t first, std::int64_t count) {
    parallel_for(count, 64, [&](std::int64_t begin, std::int64_t end, int thread) {
      std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.numel()));
      for (std::int64_t i = first + begin; i < first + end; ++i) {
        dataset.read(samples[static_cast<std::size_t>(i)], pixels);
        parts[static_cast<std::size_t>(thread)].add_image(pixels);
      }
    });
  };
  const auto total_images = static_cast<std::int64_t>(samples.size());
  const std::int64_t at_once = progress ? images_between_reports : total_images;
  for (std::int64_t done = 0; done < total_images;) {
    const std::int64_t count = std::min(at_once, total_images - done);
    measure(done, count);
    done += count;
    if (progress) progress(done, total_images);
  }
  ChannelSums total(channels);
  for (const ChannelSums& part : parts) total.add(part);

  Normalisation result;
  const double count = static_cast<double>(samples.size()) * static_cast<double>(shape[1] * shape[2]);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(total.values[c]) / count;
    const double variance = static_cast<double>(total.squares[c]) / count - mean * mean;
    result.mean.push_back(static_cast<float>(mean / 255));
    // The sums are exact, but their quotient is not: a constant channel may come out a hair above 0.
    result.std.push_back(variance > 1e-6 ? static_cast<float>(std::sqrt(variance) / 255) : 1.0F);
  }
  return result;
}

}  // namespace lehr
