#pragma once

#include <filesystem>

#include "lehr/train/model_file.hpp"

namespace lehr::cli {

/// Loads the model in a file, or in a run's folder.
Model load_model_or_run(const std::filesystem::path& path);

}  // namespace lehr::cli
