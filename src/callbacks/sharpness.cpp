#include "lehr/callbacks/sharpness.hpp"

#include <cmath>

#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

void record(Learner& learner, const char* name, const SharpnessOptions& options) {
  const HessianEigenvalue found = largest_hessian_eigenvalue(learner, options);
  if (!std::isfinite(found.eigenvalue)) return;
  if (!found.converged) {
    learner.warn("the sharpness had not converged after " + std::to_string(found.iterations) +
                 " iterations: its value is uncertain");
  }
  learner.record_value(name, found.eigenvalue);
}

}  // namespace

void Sharpness::before_fit(Learner& learner) {
  if (!learner.progress().resumed) record(learner, "sharpness_start", options_);
}

// A stopped fit measures when it has been resumed.
void Sharpness::after_train(Learner& learner) {
  if (!learner.stopped()) record(learner, "sharpness", options_);
}

}  // namespace lehr
