#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/formula.hpp"

namespace lehr::test {

/// The tensor's elements in PyTorch's order.
inline std::vector<float> logical_elements(const Tensor& tensor) {
  const std::span<const float> elements = tensor.elements<float>();
  std::vector<float> found(elements.size());
  for_each_logical(tensor.shape(), tensor.strides(), [&](std::int64_t index, std::int64_t offset) {
    found[static_cast<std::size_t>(index)] = elements[static_cast<std::size_t>(offset)];
  });
  return found;
}

inline double largest_magnitude(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

/// Checks that every element differs by at most tolerance times the largest expected magnitude.
/// Reports the first one that does not.
inline testing::AssertionResult near(std::span<const float> actual, std::span<const float> expected,
                                     double tolerance) {
  if (actual.size() != expected.size()) {
    return testing::AssertionFailure() << actual.size() << " elements instead of " << expected.size();
  }
  const double allowed = tolerance * largest_magnitude(expected);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (difference <= allowed) continue;
    return testing::AssertionFailure() << "element " << i << " is " << actual[i] << " instead of "
                                       << expected[i] << ": off by " << difference << ", allowed " << allowed;
  }
  return testing::AssertionSuccess();
}

}  // namespace lehr::test
