#pragma once

#include <cstdint>

namespace lehr {

class Learner;

struct SharpnessOptions {
  std::int64_t images = 512;  ///< of the training set; the same ones for every seed
  int max_iterations = 100;   ///< Hessian-vector products; each needs two gradients of all these images
  double tolerance = 1e-3;  ///< relative change of the eigenvalue, twice in a row, at which it has converged
  double step = 1e-2;       ///< of the central differences, relative to the norm of the trained weights
};

struct HessianEigenvalue {
  double eigenvalue = 0;
  int iterations = 0;
  bool converged = false;
};

/// The sharpness: the largest (algebraic) eigenvalue of the Hessian of the mean training loss, with respect
/// to the trained weights, at the Learner's present weights. Gradient descent with a rate above 2 / sharpness
/// is unstable in the direction of its eigenvector (Cohen et al., "Gradient descent on neural networks
/// typically occurs at the edge of stability", 2021).
///
/// The loss is that of the first `images` images of a fixed draw, without transforms and mixing, in training
/// mode as in that paper: batch norm uses the statistics of batches of the Learner's size, and dropout has
/// fixed masks. (One image that would be left over for a last batch is left out.) Weight decay is not part of
/// it.
///
/// The eigenvalue comes from the Lanczos iteration, which needs fewer Hessian-vector products than power
/// iteration and is not misled by large negative eigenvalues. The start vector is fixed. A product is a
/// central difference of gradients at w +- step |w| v with |v| = 1, in double precision outside the network.
/// The default step suits ReLU, whose gradient jumps where an input crosses zero: the result is the curvature
/// over the distance, with these jumps. A smaller step crosses few of them, which makes the products noisy:
/// the result then comes out wrong or does not converge. The third derivative adds an error in proportion to
/// the square of the step: for a smooth network use 1e-3, which is right within 1 %. The rounding of
/// gradients matters below about 1e-4.
///
/// The Learner does not change. The result is NaN if a gradient is not finite. Throws BadInput if an option
/// is out of range, and if all weights are frozen.
HessianEigenvalue largest_hessian_eigenvalue(const Learner& learner, const SharpnessOptions& options = {});

}  // namespace lehr
