#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/sample_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/image/edit.hpp"

namespace lehr {
namespace {

// Exact sums of integers, so that the result does not depend on the number of threads.
class ChannelSums {
 public:
  explicit ChannelSums(std::size_t channels) : channels_(channels) {}

  template <class Value>
  void add_image(std::span<const Value> pixels) {
    for (Channel& channel : channels_) channel.begin_image();
    if (channels_.size() == 1) {
      add_grey(pixels);
    } else {
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::uint64_t value = pixels[i];
        channels_[i % channels_.size()].image_values += value;
        channels_[i % channels_.size()].image_squares += value * value;
      }
    }
    for (Channel& channel : channels_) channel.end_image();
  }

  void add(const ChannelSums& other) {
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      channels_[c].values += other.channels_[c].values;
      channels_[c].carries += other.channels_[c].carries;
      channels_[c].add_squares(other.channels_[c].squares);
    }
  }

  double values(std::size_t channel) const { return static_cast<double>(channels_[channel].values); }
  double squares(std::size_t channel) const {
    const Channel& sums = channels_[channel];
    return std::ldexp(static_cast<double>(sums.carries), 64) + static_cast<double>(sums.squares);
  }

 private:
  struct Channel {
    std::uint64_t values = 0, squares = 0;
    std::uint64_t carries = 0;  // overflows of `squares`, each worth 2^64
    std::uint64_t image_values = 0, image_squares = 0;

    void begin_image() { image_values = image_squares = 0; }
    void end_image() {
      values += image_values;
      add_squares(image_squares);
    }
    void add_squares(std::uint64_t sum) {
      squares += sum;
      if (squares < sum) ++carries;
    }
  };

  // 4096 * 255^2 fits 32 bits, which vectorises.
  void add_grey(std::span<const std::uint8_t> pixels) {
    constexpr std::size_t block = 4096;
    for (std::size_t i = 0; i < pixels.size(); i += block) {
      std::uint32_t sum = 0;
      std::uint32_t sum_of_squares = 0;
      for (const std::uint32_t value : pixels.subspan(i, std::min(block, pixels.size() - i))) {
        sum += value;
        sum_of_squares += value * value;
      }
      channels_[0].image_values += sum;
      channels_[0].image_squares += sum_of_squares;
    }
  }
  void add_grey(std::span<const std::uint16_t> pixels) {
    for (const std::uint64_t value : pixels) {
      channels_[0].image_values += value;
      channels_[0].image_squares += value * value;
    }
  }

  std::vector<Channel> channels_;
};

/// Sums over pictures of both depths.
struct Sums {
  ChannelSums of_8_bits;
  ChannelSums of_16_bits;

  explicit Sums(std::size_t channels) : of_8_bits(channels), of_16_bits(channels) {}

  void add(const Image& picture) {
    if (picture.bits == 8) {
      of_8_bits.add_image(std::span<const std::uint8_t>(picture.pixels));
    } else {
      of_16_bits.add_image(picture.wide());
    }
  }
  void add(const Sums& other) {
    of_8_bits.add(other.of_8_bits);
    of_16_bits.add(other.of_16_bits);
  }

  // In units of an 8-bit value. A 16-bit value counts 1/257.
  double values(std::size_t channel) const {
    return of_8_bits.values(channel) + of_16_bits.values(channel) / 257;
  }
  double squares(std::size_t channel) const {
    return of_8_bits.squares(channel) + of_16_bits.squares(channel) / (257 * 257);
  }
};

constexpr std::int64_t images_between_reports = 512;

/// The images that represent a dataset: all, or random ones. Every k-th image would be a biased
/// choice, because neighbours in a file are often alike.
std::vector<std::int64_t> representative_samples(const Dataset& dataset) {
  constexpr std::int64_t enough = 10000;
  const std::int64_t size = dataset.size();
  const bool all = dataset.in_memory() || size <= enough;
  std::vector<std::int64_t> samples(static_cast<std::size_t>(all ? size : enough));
  if (all) {
    std::iota(samples.begin(), samples.end(), std::int64_t{0});
    return samples;
  }
  Rng rng(0, Purpose::sampling);
  for (std::int64_t& sample : samples) {
    sample = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size)));
  }
  return samples;
}

/// Reads the sample's picture as the network will see it.
void read_fitted(const Dataset& dataset, std::int64_t sample, const Preprocessing& fitting, Image& picture) {
  try {
    dataset.read(sample, picture);
    image::check(picture);
    if (!picture.has_shape(fitting.shape)) picture = fitted(picture, fitting);
  } catch (...) {
    data::rethrow_naming(dataset, sample);
  }
}

Normalisation normalisation_from(const Sums& sums, std::size_t channels, double count) {
  Normalisation result;
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = sums.values(c) / count;
    const double variance = sums.squares(c) / count - mean * mean;
    result.mean.push_back(static_cast<float>(mean / 255));
    // The sums are exact, but their quotient is rounded. A constant channel may get a value
    // slightly above 0.
    result.std.push_back(variance > 1e-6 ? static_cast<float>(std::sqrt(variance) / 255) : 1.0F);
  }
  return result;
}

}  // namespace

Normalisation normalisation_of(const Dataset& dataset, const Preprocessing& given,
                               const MeasureProgress& progress) {
  if (dataset.size() < 1) throw BadInput("normalisation needs at least one sample; found an empty dataset");
  Preprocessing fitting = given;
  if (fitting.shape.rank() == 0) fitting.shape = dataset.image_shape();
  if (fitting.shape.rank() != 3) {
    throw BadInput("normalisation needs pictures of one shape, or a shape that they are fitted to");
  }
  const Shape& shape = fitting.shape;
  const auto channels = static_cast<std::size_t>(shape[0]);
  const std::vector<std::int64_t> samples = representative_samples(dataset);
  std::vector<Sums> parts(static_cast<std::size_t>(threads()), Sums(channels));
  const auto measure = [&](std::int64_t first, std::int64_t count) {
    parallel_for(count, 64, [&](std::int64_t begin, std::int64_t end, int thread) {
      Image picture;
      for (std::int64_t i = first + begin; i < first + end; ++i) {
        read_fitted(dataset, samples[static_cast<std::size_t>(i)], fitting, picture);
        parts[static_cast<std::size_t>(thread)].add(picture);
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
  Sums total(channels);
  for (const Sums& part : parts) total.add(part);
  const double pixels = static_cast<double>(samples.size()) * static_cast<double>(shape[1] * shape[2]);
  return normalisation_from(total, channels, pixels);
}

}  // namespace lehr
