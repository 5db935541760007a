#include "lehr/data/label_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "data/dataset_view.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::data {
namespace {

// Numbers of random streams of generated data. Those of digits are 0 and 1.
constexpr std::uint64_t order_stream = 2;
constexpr std::uint64_t label_stream = 3;

/// The first `count` samples of a random order.
std::vector<std::uint32_t> drawn_samples(std::int64_t size, std::int64_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> samples(static_cast<std::size_t>(size));
  std::iota(samples.begin(), samples.end(), 0U);
  Rng rng(seed, Purpose::generated_data, 0, order_stream);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    std::swap(samples[i], samples[i + rng.below(samples.size() - i)]);
  }
  samples.resize(static_cast<std::size_t>(count));
  return samples;
}

class NoisyLabels final : public DatasetView {
 public:
  NoisyLabels(std::shared_ptr<const Dataset> clean, const LabelNoise& noise) : DatasetView(std::move(clean)) {
    const auto classes = static_cast<std::uint64_t>(dataset().class_names().size());
    const auto count = std::llround(noise.share * static_cast<double>(dataset().size()));
    for (const std::uint32_t sample : drawn_samples(dataset().size(), count, noise.seed)) {
      const auto right = static_cast<std::uint64_t>(dataset().label(sample));
      Rng rng(noise.seed, Purpose::generated_data, sample, label_stream);
      const std::uint64_t other = rng.below(classes - 1);
      wrong_.push_back({sample, static_cast<std::uint32_t>(other < right ? other : other + 1)});
    }
    std::ranges::sort(wrong_, {}, &Wrong::sample);
  }

  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    return dataset().open(index);
  }
  std::string identity(std::int64_t index) const override { return dataset().identity(index); }
  std::int64_t label(std::int64_t index) const override {
    const auto found = std::ranges::lower_bound(wrong_, index, {}, &Wrong::sample);
    return found != wrong_.end() && found->sample == index ? found->label : dataset().label(index);
  }

 private:
  struct Wrong {
    std::uint32_t sample = 0;
    std::uint32_t label = 0;
  };

  std::vector<Wrong> wrong_;  // by sample
};

}  // namespace

std::shared_ptr<const Dataset> with_label_noise(std::shared_ptr<const Dataset> dataset,
                                                const LabelNoise& noise) {
  if (!dataset) throw BadInput("a data set for noisy labels was expected, found null");
  if (!(noise.share >= 0 && noise.share <= 1)) {
    throw BadInput("the share of wrong labels must be from 0 to 1, found " + number_text(noise.share));
  }
  if (dataset->class_names().size() < 2) {
    throw BadInput("wrong labels need at least 2 classes, found " +
                   std::to_string(dataset->class_names().size()));
  }
  if (noise.share == 0) return dataset;
  return std::make_shared<NoisyLabels>(std::move(dataset), noise);
}

}  // namespace lehr::data
