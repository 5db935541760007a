#pragma once

#include <filesystem>
#include <string>

#include "train/learner_state.hpp"

namespace lehr {

/// Writes the model, the batch under way and what else its step is a function of.
void write_dump(const std::filesystem::path& file, const LearnerState& state, const std::string& message);

}  // namespace lehr
