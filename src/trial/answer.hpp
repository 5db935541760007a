#pragma once

#include <cstddef>
#include <string>

#include "lehr/trial/trial.hpp"

namespace lehr::trial {

/// The same runs with values for those that failed: a run that collapsed has its own, and one that diverged
/// those of a network that guesses.
StudyResult with_failures(StudyResult study, std::size_t classes);

/// Sets answer, sentence and analysis from TrialResult::study. `measure` as in Trial.
void set_answer(TrialResult& result, const std::string& measure, std::size_t classes);

}  // namespace lehr::trial
