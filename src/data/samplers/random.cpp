#include <numeric>
#include <utility>

#include "data/samplers.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::data {
namespace {

/// A permutation that depends on seed and epoch: Fisher and Yates, from the end.
class Random final : public Sampler {
 public:
  explicit Random(const SamplerInput& input) : size_(input.dataset.size()), seed_(input.seed) {}
  std::int64_t size() const override { return size_; }
  void order(std::int64_t epoch, std::span<std::int64_t> samples) const override {
    std::iota(samples.begin(), samples.end(), std::int64_t{0});
    Rng rng(seed_, Purpose::shuffle, static_cast<std::uint64_t>(epoch));
    for (std::size_t i = samples.size(); i > 1; --i) std::swap(samples[i - 1], samples[rng.below(i)]);
  }

 private:
  std::int64_t size_;
  std::uint64_t seed_;
};

}  // namespace

void register_random(SamplerRegistry& registry) {
  registry.add_built_in("random",
                        [](const SamplerInput& input, Settings&) { return std::make_unique<Random>(input); });
}

}  // namespace lehr::data
