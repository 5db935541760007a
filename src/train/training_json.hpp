#pragma once

#include <string>

#include "train/checkpoint.hpp"

namespace lehr {

/// The part of a checkpoint that is no tensor, as JSON text.
std::string training_to_json(const CheckpointContents& contents);

/// Fills everything but the file and the callbacks' arrays. Throws BadInput where the text is not such JSON.
void training_from_json(const std::string& text, CheckpointContents& contents);

}  // namespace lehr
