#pragma once

#include <cstdint>
#include <span>

namespace lehr {

/// Replaces a row-major matrix by gain times the Q of its QR decomposition with a positive diagonal of R, by
/// rows where it is wider than high and by columns where not: of a Gaussian matrix, each orthogonal one is as
/// likely as any other. Source: torch.nn.init.orthogonal_; Saxe et al. 2013, arXiv 1312.6120.
///
/// Takes 2 n k^2 operations for k vectors of n numbers and 8 n k bytes beside the matrix. The result does not
/// depend on the number of threads.
void orthogonalise(std::span<float> matrix, std::int64_t rows, std::int64_t columns, double gain);

}  // namespace lehr
