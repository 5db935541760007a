#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/study/runs.hpp"

namespace lehr::study::test {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A variant whose run with seed i has values[i].
inline Variant variant(const std::string& name, const std::vector<double>& values) {
  Variant made{.name = name, .runs = {}};
  for (const double value : values) made.runs.push_back({.seed = made.runs.size(), .value = value});
  return made;
}

inline std::vector<double> opposite(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

/// The variant with other outcomes for the first `count` seeds, whose values become NaN.
inline Variant with_failures(Variant made, std::size_t count, Outcome outcome) {
  for (std::size_t i = 0; i < count; ++i)
    made.runs[i] = {.seed = made.runs[i].seed, .value = nan, .outcome = outcome};
  return made;
}

inline std::vector<double> normal_values(std::size_t count, std::uint64_t stream, double mean = 0,
                                         double sd = 1) {
  Rng rng(1, Purpose::test, stream);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(mean + sd * static_cast<double>(rng.normal()));
  return values;
}

}  // namespace lehr::study::test
