#include "changed_data.hpp"

#include <numeric>
#include <thread>
#include <utility>

#include "lehr/core/rng.hpp"

namespace lehr::planted {

ChangedData::ChangedData(std::shared_ptr<const Dataset> base)
    : samples(static_cast<std::size_t>(base->size())), base_(std::move(base)) {
  std::iota(samples.begin(), samples.end(), std::int64_t{0});
  for (const std::int64_t sample : samples) labels.push_back(base_->label(sample));
}

void ChangedData::shuffle(std::uint64_t seed) {
  Rng random(seed, Purpose::test);
  for (std::size_t i = samples.size(); i > 1; --i) {
    const std::size_t other = random.below(i);
    std::swap(samples[i - 1], samples[other]);
    std::swap(labels[i - 1], labels[other]);
  }
}

void ChangedData::keep_if(const std::function<bool(std::int64_t, std::int64_t)>& wanted) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!wanted(static_cast<std::int64_t>(i), labels[i])) continue;
    samples[kept] = samples[i];
    labels[kept++] = labels[i];
  }
  samples.resize(kept);
  labels.resize(kept);
}

void ChangedData::read(std::int64_t index, Image& picture) const {
  if (delay.count() > 0) std::this_thread::sleep_for(delay);
  base_->read(samples.at(static_cast<std::size_t>(index)), picture);
  if (edit) edit(picture);
}

void change(std::shared_ptr<const Dataset>& data, const std::function<void(ChangedData&)>& plant) {
  auto changed = std::make_shared<ChangedData>(data);
  plant(*changed);
  data = std::move(changed);
}

}  // namespace lehr::planted
