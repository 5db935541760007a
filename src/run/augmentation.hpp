#pragma once

#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/specs.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr::run {

/// The value of TrainConfig::augment that means DataSplits::augment.
inline constexpr const char* data_augmentation = "auto";

/// Whether a value of TrainConfig::augment is a file: it ends with ".toml" or contains a slash.
bool is_augmentation_file(const std::string& value);
/// Throws BadInput unless the value is a file, "auto" or a name. Does not read the file.
void check_augmentation(const std::string& option, const std::string& value);
/// The transforms that a training with this input (C, H, W) applies. What the data suggests for photos is for
/// colour pictures of more than 64 pixels: small ones get "light", and grey ones, which may be digits,
/// "none". Throws BadInput, with file and line, if there is a file that is wrong.
std::vector<TransformSpec> transforms_of(const TrainConfig& config, const DataSplits& data,
                                         const Shape& input);

}  // namespace lehr::run
