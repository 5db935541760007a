#pragma once

#include <cstdint>
#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr::run {

/// Width and height in pixels.
struct ImageSize {
  std::int64_t width = 0, height = 0;
};

/// "128" or "160x120". Throws BadInput with the option.
ImageSize image_size(const std::string& option, const std::string& text);

/// How a training makes pictures into its input, without the shape and the normalisation.
Preprocessing fitting_of(const TrainConfig& config, const DataSplits& data);

}  // namespace lehr::run
