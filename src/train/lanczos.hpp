#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lehr/train/sharpness.hpp"

namespace lehr {

/// A vector times a symmetric matrix.
using MatrixProduct = std::function<std::vector<double>(const std::vector<double>&)>;

struct LanczosOptions {
  int max_iterations = 100;
  double tolerance = 1e-3;  ///< relative change of the eigenvalue, twice in a row
};

/// The largest eigenvalue of a symmetric matrix whose eigenvector is not orthogonal to `start`, by the
/// Lanczos iteration with three vectors in memory. It does not reorthogonalise: that would only remove copies
/// of eigenvalues that have converged. Source: Golub and Van Loan, "Matrix computations", 4th edition, 10.1
/// and 10.3; the tridiagonal eigenvalue by bisection with Sturm sequences, 8.4.1.
HessianEigenvalue largest_eigenvalue(const MatrixProduct& product, std::vector<double> start,
                                     const LanczosOptions& options = {});

/// The largest eigenvalue of the symmetric tridiagonal matrix with this diagonal (one or more numbers) and
/// these numbers beside it (one less).
double largest_tridiagonal_eigenvalue(std::span<const double> diagonal, std::span<const double> beside);

}  // namespace lehr
