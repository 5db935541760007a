#pragma once

#include <cstdint>
#include <span>

namespace lehr {

/// Replaces a row-major matrix by gain times the Q of its QR decomposition, with a positive diagonal of R.
/// The rows become orthogonal if the matrix is wider than high, otherwise the columns. If the matrix is
/// Gaussian, the result is uniformly distributed over the orthogonal matrices. Source:
/// torch.nn.init.orthogonal_; Saxe et al. 2013, arXiv 1312.6120.
///
/// Takes 2 n k^2 operations for k vectors of n numbers, and 8 n k bytes in addition to the matrix. The result
/// does not depend on the number of threads.
void orthogonalise(std::span<float> matrix, std::int64_t rows, std::int64_t columns, double gain);

}  // namespace lehr
