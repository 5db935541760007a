#pragma once

#include <string>
#include <utility>
#include <vector>

#include "train/learner_state.hpp"

namespace lehr {

/// What must be equal for a training to be the same one: pairs of a name and a text, in a fixed order.
using TrainingIdentity = std::vector<std::pair<std::string, std::string>>;

/// Looks at all images of sets in memory, at a fixed sample of others.
TrainingIdentity training_identity(const LearnerState& state);

/// Throws BadInput saying everything that differs.
void check_same(const TrainingIdentity& saved, const TrainingIdentity& present);

/// Rates and momenta at fixed places, as text.
std::string describe_schedule(const schedules::RateAndMomentum& schedule);

}  // namespace lehr
