#include <algorithm>
#include <limits>
#include <unordered_map>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
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

/// Throws BadInput if there are more combinations than `most`.
std::size_t grid_size(std::span<const StudyAxis> axes, std::size_t most) {
  std::size_t size = 1;
  for (const StudyAxis& axis : axes) {
    if (axis.values.empty()) throw BadInput("the axis " + axis.key + " has no values");
    if (axis.values.size() > most / size) {
      throw BadInput("the axes have more than " + std::to_string(most) + " combinations");
    }
    size *= axis.values.size();
  }
  return size;
}

/// Different numbers below `size`, in random order.
std::vector<std::size_t> drawn_numbers(std::size_t size, std::size_t count, Rng& rng) {
  std::unordered_map<std::size_t, std::size_t> moved;  // what Fisher and Yates would have swapped so far
  const auto at = [&moved](std::size_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t other = i + rng.below(size - i);
    numbers.push_back(at(other));
    moved[other] = at(i);
  }
  return numbers;
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
  const std::size_t size = grid_size(axes, max_variants);
  std::vector<StudyVariant> variants;
  for (std::size_t i = 0; i < size; ++i) variants.push_back(combination(axes, i));
  return variants;
}

std::vector<StudyVariant> random_variants(std::span<const StudyAxis> axes, std::size_t count,
                                          std::uint64_t seed) {
  const std::size_t size = grid_size(axes, std::numeric_limits<std::size_t>::max() / 2);
  if (count > size) {
    throw BadInput("the axes have " + counted(size, "combination") + ", fewer than the " +
                   std::to_string(count) + " that the study draws");
  }
  if (count > max_variants) {
    throw BadInput("a study draws at most " + std::to_string(max_variants) + " combinations, found " +
                   std::to_string(count));
  }
  Rng rng(seed, Purpose::study);
  std::vector<StudyVariant> variants;
  for (const std::size_t number : drawn_numbers(size, count, rng))
    variants.push_back(combination(axes, number));
  return variants;
}

}  // namespace lehr
