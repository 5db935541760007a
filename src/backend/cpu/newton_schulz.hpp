#pragma once

#include <cstdint>
#include <vector>

namespace lehr::cpu {

/// Brings a matrix near the orthogonal one of its singular vectors: singular values go to about 1 by the
/// quintic Newton-Schulz iteration X <- aX + b(XX')X + c(XX')(XX')X with (a, b, c) = (3.4445,
/// -4.7750, 2.0315). Source: Jordan 2024, "Muon". Keeps its scratch memory between calls.
class NewtonSchulz {
 public:
  /// matrix, row-major, is overwritten; it is first divided by its Frobenius norm + 1e-7. Throws Error where
  /// the matrix product fails.
  void orthogonalise(float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t steps);

 private:
  std::vector<float> gram_;
  std::vector<float> polynomial_;
  std::vector<float> next_;
};

}  // namespace lehr::cpu
