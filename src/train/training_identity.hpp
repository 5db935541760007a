#pragma once

#include <string>
#include <utility>
#include <vector>

#include "train/learner_state.hpp"

namespace lehr {

/// The properties that two trainings must share to count as the same: pairs of a name and a text,
/// in a fixed order.
using TrainingIdentity = std::vector<std::pair<std::string, std::string>>;

/// Reads all images of in-memory sets and a fixed sample of other sets.
TrainingIdentity training_identity(const LearnerState& state);

/// Throws BadInput that lists every difference.
void check_same(const TrainingIdentity& saved, const TrainingIdentity& present);

/// Rates and momenta at fixed points, as text.
std::string describe_schedule(const schedules::RateAndMomentum& schedule);

}  // namespace lehr
