#include <algorithm>
#include <numeric>

#include "data/pixel_sums.hpp"
#include "data/sample_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/image/edit.hpp"

namespace lehr {
namespace {

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
  std::vector<data::PixelSums> parts(static_cast<std::size_t>(threads()), data::PixelSums(channels));
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
  data::PixelSums total(channels);
  for (const data::PixelSums& part : parts) total.add(part);
  return total.normalisation();
}

}  // namespace lehr
