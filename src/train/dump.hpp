#pragma once

#include <filesystem>
#include <string>

#include "train/learner_state.hpp"

namespace lehr {

/// Writes the model, the current batch and the other inputs of its step.
void write_dump(const std::filesystem::path& file, const LearnerState& state, const std::string& message);

}  // namespace lehr
