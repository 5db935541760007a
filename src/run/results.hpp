#pragma once

#include "lehr/run/train.hpp"

namespace lehr::run {

/// The results of the epochs of the last fit. The caller sets the other members.
TrainResult result_of(const Learner& learner);

}  // namespace lehr::run
