#pragma once

#include <vector>

#include "backend/op_case.hpp"

namespace lehr::test {

/// One operation at inputs where a careless formula loses its digits: huge, tiny, equal, few or very many.
/// tools/make_extremes.py computes what it is: in 50 digits if the inputs are finite, else by PyTorch.
struct ExtremeCase {
  OpCase op_case;
  bool finite = true;
  double absolute = 0;       ///< the error allowed where the result is 0 because large values cancel
  double of_largest = 3e-7;  ///< the error allowed, as a share of the result's largest magnitude
  double output_relative =
      0;  ///< if not 0, each element of the output is held to this share of its own magnitude
};

const std::vector<ExtremeCase>& extreme_cases();

std::vector<ExtremeCase> extreme_activations();
std::vector<ExtremeCase> extreme_losses();
std::vector<ExtremeCase> extreme_sums();

/// Elements that are all the same, and elements that are one of some.
Fill choices(std::vector<float> values);
Fill all(float value);

}  // namespace lehr::test
