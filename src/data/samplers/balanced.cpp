#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "data/samplers.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::data {
namespace {

void shuffle(std::span<std::int64_t> values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

/// As many samples as the set has, equally many of each class; if that does not divide, some classes
/// have one more. A class is gone through in random order, again and again if it is small. Classes
/// without samples do not count.
class Balanced final : public Sampler {
 public:
  explicit Balanced(const SamplerInput& input) : size_(input.dataset.size()), seed_(input.seed) {
    const std::size_t count = input.dataset.class_names().size();
    std::vector<std::vector<std::int64_t>> classes(count + 1);  // the last is of wrong labels, for the loader
    for (std::int64_t i = 0; i < size_; ++i) {
      const auto label = static_cast<std::size_t>(input.dataset.label(i));  // large if it is negative
      classes[std::min(label, count)].push_back(i);
    }
    for (std::vector<std::int64_t>& one : classes) {
      if (!one.empty()) classes_.push_back(std::move(one));
    }
  }

  std::int64_t size() const override { return size_; }

  void order(std::int64_t epoch, std::span<std::int64_t> samples) const override {
    Rng rng(seed_, Purpose::shuffle, static_cast<std::uint64_t>(epoch));
    std::vector<std::int64_t> of_epoch(classes_.size());
    std::iota(of_epoch.begin(), of_epoch.end(), std::int64_t{0});
    shuffle(of_epoch, rng);  // so that in each epoch others have one more
    std::size_t begin = 0;
    for (std::size_t k = 0; k < of_epoch.size(); ++k) {
      const std::size_t end = samples.size() * (k + 1) / of_epoch.size();
      draw(classes_[static_cast<std::size_t>(of_epoch[k])], samples.subspan(begin, end - begin), rng);
      begin = end;
    }
    shuffle(samples, rng);
  }

 private:
  static void draw(std::vector<std::int64_t> members, std::span<std::int64_t> samples, Rng& rng) {
    for (std::size_t done = 0; done < samples.size(); done += members.size()) {
      shuffle(members, rng);
      const std::size_t count = std::min(members.size(), samples.size() - done);
      std::copy_n(members.begin(), count, samples.begin() + static_cast<std::ptrdiff_t>(done));
    }
  }

  std::int64_t size_;
  std::uint64_t seed_;
  std::vector<std::vector<std::int64_t>> classes_;  // the samples of each class that has some
};

}  // namespace

void register_balanced(SamplerRegistry& registry) {
  registry.add_built_in(
      "balanced", [](const SamplerInput& input, Settings&) { return std::make_unique<Balanced>(input); });
}

}  // namespace lehr::data
