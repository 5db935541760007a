#include "callbacks/first_weights.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {
namespace {

/// A weight (O, I, ...) in memory order. Axis 0 may be anywhere in it.
class Filters {
 public:
  Filters(std::vector<float> values, const ParameterEntry& entry)
      : values_(std::move(values)), count_(entry.shape[0]), stride_(entry.strides[0]) {}

  bool constant() const {
    return values_.size() > 1 && std::ranges::all_of(values_, [this](float v) { return v == values_[0]; });
  }
  bool any_equal() const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count_));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::ranges::sort(order, [this](std::int64_t a, std::int64_t b) { return compare(a, b) < 0; });
    return std::ranges::adjacent_find(
               order, [this](std::int64_t a, std::int64_t b) { return compare(a, b) == 0; }) != order.end();
  }

 private:
  /// Any total order, which NaN does not break.
  int compare(std::int64_t a, std::int64_t b) const {
    const std::int64_t elements = static_cast<std::int64_t>(values_.size()) / count_;
    for (std::int64_t i = 0; i < elements; ++i) {
      const std::uint32_t left = bits(a, i);
      const std::uint32_t right = bits(b, i);
      if (left != right) return left < right ? -1 : 1;
    }
    return 0;
  }
  std::uint32_t bits(std::int64_t filter, std::int64_t element) const {
    const std::int64_t at = (element / stride_ * count_ + filter) * stride_ + element % stride_;
    return std::bit_cast<std::uint32_t>(values_[static_cast<std::size_t>(at)]);
  }

  std::vector<float> values_;
  std::int64_t count_;
  std::int64_t stride_;
};

}  // namespace

FirstWeights first_weights(const Parameters& parameters) {
  FirstWeights found;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role != ParameterRole::weight) continue;
    const Filters filters(parameters.backend().download_floats(parameters.value(entry)), entry);
    if (filters.constant()) {
      ++found.constant;
    } else if (filters.any_equal()) {
      ++found.symmetric;
    }
  }
  return found;
}

}  // namespace lehr
