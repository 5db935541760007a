#pragma once

#include <vector>

#include "backend/op_case.hpp"

namespace lehr::test {

/// One operation with inputs for which a careless formula loses digits: huge, tiny or equal values,
/// or few or very many of them. tools/make_extremes.py computes the expected results: with 50
/// digits if the inputs are finite, otherwise with PyTorch.
struct ExtremeCase {
  OpCase op_case;
  bool finite = true;
  double absolute = 0;       ///< the allowed error if the result is 0 because large values cancel
  double of_largest = 3e-7;  ///< the error allowed, as a share of the result's largest magnitude
  double output_relative =
      0;  ///< if not 0, each element of the output is held to this share of its own magnitude
};

const std::vector<ExtremeCase>& extreme_cases();

std::vector<ExtremeCase> extreme_activations();
std::vector<ExtremeCase> extreme_losses();
std::vector<ExtremeCase> extreme_sums();

/// Fills with elements that are all equal, or that are each one of several values.
Fill choices(std::vector<float> values);
Fill all(float value);

}  // namespace lehr::test
