#include <numeric>

#include "data/samplers.hpp"

namespace lehr::data {
namespace {

class Sequential final : public Sampler {
 public:
  explicit Sequential(std::int64_t size) : size_(size) {}
  std::int64_t size() const override { return size_; }
  void order(std::int64_t /*epoch*/, std::span<std::int64_t> samples) const override {
    std::iota(samples.begin(), samples.end(), std::int64_t{0});
  }

 private:
  std::int64_t size_;
};

}  // namespace

void register_sequential(SamplerRegistry& registry) {
  registry.add_built_in("sequential", [](const SamplerInput& input, Settings&) {
    return std::make_unique<Sequential>(input.dataset.size());
  });
}

}  // namespace lehr::data
