#pragma once

#include <cstdint>
#include <vector>

namespace lehr::cpu {

/// Replaces a matrix by an approximation of the orthogonal matrix with the same singular vectors.
/// The quintic Newton-Schulz iteration X <- aX + b(XX')X + c(XX')(XX')X with (a, b, c) = (3.4445,
/// -4.7750, 2.0315) brings the singular values to about 1. Source: Jordan 2024, "Muon". Scratch
/// memory is kept between calls.
class NewtonSchulz {
 public:
  /// matrix: row-major, overwritten. It is first divided by its Frobenius norm + 1e-7. Throws Error
  /// if the matrix product fails.
  void orthogonalise(float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t steps);

 private:
  std::vector<float> gram_;
  std::vector<float> polynomial_;
  std::vector<float> next_;
};

}  // namespace lehr::cpu
