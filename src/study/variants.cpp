#include <algorithm>
#include <numeric>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/study/study_spec.hpp"

namespace lehr {
namespace {

constexpr std::size_t max_variants = 10'000;

std::string name_of(const std::vector<StudySetting>& settings) {
  std::string name;
  for (const StudySetting& setting : settings) {
    name += (name.empty() ? "" : ", ") + setting.key + "=" + setting.text;
  }
  return name;
}

std::size_t grid_size(std::span<const StudyAxis> axes) {
  std::size_t size = 1;
  for (const StudyAxis& axis : axes) {
    if (axis.values.empty()) throw BadInput("the axis " + axis.key + " has no values");
    if (axis.values.size() > max_variants / size) {
      throw BadInput("the axes have more than " + std::to_string(max_variants) + " combinations");
    }
    size *= axis.values.size();
  }
  return size;
}

/// Combination `number` of the grid; the last axis changes fastest.
StudyVariant combination(std::span<const StudyAxis> axes, std::size_t number) {
  StudyVariant variant;
  for (std::size_t i = axes.size(); i-- > 0;) {
    const StudyAxis& axis = axes[i];
    variant.settings.push_back({axis.key, axis.values[number % axis.values.size()]});
    number /= axis.values.size();
  }
  std::ranges::reverse(variant.settings);
  variant.name = name_of(variant.settings);
  return variant;
}

}  // namespace

std::vector<StudyVariant> grid_variants(std::span<const StudyAxis> axes) {
  const std::size_t size = grid_size(axes);
  std::vector<StudyVariant> variants;
  for (std::size_t i = 0; i < size; ++i) variants.push_back(combination(axes, i));
  return variants;
}

std::vector<StudyVariant> random_variants(std::span<const StudyAxis> axes, std::size_t count,
                                          std::uint64_t seed) {
  const std::size_t size = grid_size(axes);
  if (count > size) {
    throw BadInput("the axes have " + std::to_string(size) + " combinations, fewer than the " +
                   std::to_string(count) + " that the study draws");
  }
  std::vector<std::size_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  Rng rng(seed, Purpose::study);
  std::vector<StudyVariant> variants;
  for (std::size_t i = 0; i < count; ++i) {  // Fisher and Yates, stopped after `count`
    std::swap(numbers[i], numbers[i + rng.below(size - i)]);
    variants.push_back(combination(axes, numbers[i]));
  }
  return variants;
}

}  // namespace lehr
