#pragma once

#include <cstdint>

#include "lehr/engine/parameters.hpp"

namespace lehr {

/// Weights that cannot learn well from their first values. Biases and norms are not counted.
struct FirstWeights {
  std::int64_t constant = 0;   ///< tensors with more than one element whose values are all equal
  std::int64_t symmetric = 0;  ///< other tensors in which two output filters are equal
};

FirstWeights first_weights(const Parameters& parameters);

}  // namespace lehr
