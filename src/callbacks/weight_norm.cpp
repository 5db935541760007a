#include "lehr/callbacks/weight_norm.hpp"

#include <cmath>

#include "lehr/train/learner.hpp"

namespace lehr {

void WeightNorm::after_train(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  learner.record_value("weight_norm", std::sqrt(parameters.backend().sum_of_squares(parameters.values())));
}

}  // namespace lehr
