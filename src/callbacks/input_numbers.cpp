#include "callbacks/input_numbers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "lehr/core/parallel.hpp"

namespace lehr {
namespace {

struct SampleSums {
  double sum = 0;
  double squares = 0;
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
};

SampleSums sums_of(std::span<const float> values) {
  SampleSums sums;
  for (const float value : values) {
    const auto wide = static_cast<double>(value);
    sums.sum += wide;
    sums.squares += wide * wide;
    sums.min = std::min(sums.min, value);
    sums.max = std::max(sums.max, value);
  }
  return sums;
}

/// Equal samples have equal sums, so only neighbours in the order of sums are compared.
class Distinct {
 public:
  Distinct(std::span<const float> values, std::span<const SampleSums> sums)
      : values_(values), elements_(values.size() / sums.size()) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      keys_.push_back({std::bit_cast<std::uint64_t>(sums[i].squares), i});
    }
    std::ranges::sort(keys_);
  }
  double share() const {
    std::size_t distinct = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!(i > 0 && equal(i - 1, i)) && !(i + 1 < keys_.size() && equal(i, i + 1))) ++distinct;
    }
    return static_cast<double>(distinct) / static_cast<double>(keys_.size());
  }

 private:
  bool equal(std::size_t a, std::size_t b) const {
    if (keys_[a].first != keys_[b].first) return false;
    const float* base = values_.data();
    return std::memcmp(base + keys_[a].second * elements_, base + keys_[b].second * elements_,
                       elements_ * sizeof(float)) == 0;
  }

  std::span<const float> values_;
  std::size_t elements_;
  std::vector<std::pair<std::uint64_t, std::size_t>> keys_{};
};

}  // namespace

InputNumbers input_numbers(std::span<const float> values, std::int64_t samples) {
  std::vector<SampleSums> sums(static_cast<std::size_t>(samples));
  const std::size_t elements = values.size() / sums.size();
  parallel_for(samples, 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      sums[i] = sums_of(values.subspan(i * elements, elements));
    }
  });
  SampleSums all;
  for (const SampleSums& one : sums) {
    all.sum += one.sum;
    all.squares += one.squares;
    all.min = std::min(all.min, one.min);
    all.max = std::max(all.max, one.max);
  }
  const auto count = static_cast<double>(values.size());
  const double mean = all.sum / count;
  const double variance = all.squares / count - mean * mean;
  return {.mean = mean,
          .std = std::sqrt(variance < 0 ? 0 : variance),
          .min = static_cast<double>(all.min),
          .max = static_cast<double>(all.max),
          .distinct = Distinct(values, sums).share()};
}

}  // namespace lehr
