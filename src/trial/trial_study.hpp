#pragma once

#include <cstdint>

#include "lehr/run/config_table.hpp"
#include "lehr/study/study_spec.hpp"
#include "lehr/trial/trial.hpp"

namespace lehr::trial {

/// Whether the field changes what a training computes. The others only watch it, or say what it keeps.
bool changes_training(const ConfigField& field);

/// The training with the cure, in full length.
TrainConfig cured(const Trial& trial, const ConfigTable& table);

/// The study that tries a cure on data with this many pictures. Its name follows from its options, so that
/// the same trial is the same study.
StudySpec study_of(const Trial& trial, std::int64_t pictures, const ConfigTable& table);

}  // namespace lehr::trial
