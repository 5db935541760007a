#pragma once

#include <string>

#include "train/checkpoint.hpp"

namespace lehr {

/// The part of a checkpoint that is not a tensor, as JSON text.
std::string training_to_json(const CheckpointContents& contents);

/// Fills everything except the file and the callbacks' arrays. Throws BadInput if the text is not valid.
void training_from_json(const std::string& text, CheckpointContents& contents);

}  // namespace lehr
