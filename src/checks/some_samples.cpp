#include "checks/some_samples.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "data/subset.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::checks {
namespace {

class BlankPictures final : public data::DatasetView {
 public:
  explicit BlankPictures(std::shared_ptr<const Dataset> dataset) : DatasetView(std::move(dataset)) {}
  void read(std::int64_t index, Image& picture) const override {
    if (image_shape().rank() == 0) {
      dataset().read(index, picture);
    } else {
      picture.reset(image_shape());
    }
    std::ranges::fill(picture.pixels, std::uint8_t{0});
  }
  std::span<const std::uint8_t> file_bytes(std::int64_t /*index*/,
                                           std::vector<std::uint8_t>& /*room*/) const override {
    return {};
  }
  std::uint64_t fingerprint(std::int64_t /*index*/) const override { return 0; }
};

class ShuffledLabels final : public data::DatasetView {
 public:
  ShuffledLabels(std::shared_ptr<const Dataset> dataset, std::uint64_t seed)
      : DatasetView(std::move(dataset)), from_(static_cast<std::size_t>(size())) {
    std::iota(from_.begin(), from_.end(), std::int64_t{0});
    Rng rng(seed, Purpose::sampling);
    for (std::size_t i = from_.size(); i > 1; --i) std::swap(from_[i - 1], from_[rng.below(i)]);
  }
  std::int64_t label(std::int64_t index) const override {
    check_sample(*this, index);
    return dataset().label(from_[static_cast<std::size_t>(index)]);
  }
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    return dataset().open(index);
  }

 private:
  std::vector<std::int64_t> from_;
};

}  // namespace

std::shared_ptr<const Dataset> some_samples(std::shared_ptr<const Dataset> dataset, std::int64_t count,
                                            std::uint64_t seed) {
  const std::int64_t size = dataset->size();
  if (size <= count) return dataset;
  Rng rng(seed, Purpose::sampling);
  std::vector<std::uint32_t> samples;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = i * size / count;
    const auto length = static_cast<std::size_t>((i + 1) * size / count - begin);
    samples.push_back(static_cast<std::uint32_t>(begin + static_cast<std::int64_t>(rng.below(length))));
  }
  return std::make_shared<data::Subset>(std::move(dataset), std::move(samples));
}

std::shared_ptr<const Dataset> blank_pictures(std::shared_ptr<const Dataset> dataset) {
  return std::make_shared<BlankPictures>(std::move(dataset));
}

std::shared_ptr<const Dataset> shuffled_labels(std::shared_ptr<const Dataset> dataset, std::uint64_t seed) {
  return std::make_shared<ShuffledLabels>(std::move(dataset), seed);
}

double largest_share(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names().size());
  for (std::int64_t i = 0; i < dataset.size(); ++i) ++counts[static_cast<std::size_t>(dataset.label(i))];
  return static_cast<double>(std::ranges::max(counts)) / static_cast<double>(dataset.size());
}

}  // namespace lehr::checks
