#pragma once

#include "lehr/run/train.hpp"

namespace lehr::run {

/// What the epochs of the last fit came to; the rest of the result is for the caller.
TrainResult result_of(const Learner& learner);

}  // namespace lehr::run
