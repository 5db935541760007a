#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "lehr/train/learner.hpp"
#include "run/run_folder.hpp"

namespace lehr::run {

/// Lets the fit write the run's config.toml. `made` is the folder of a new run. It is null for a
/// resumed run, whose file is written only if the text changed.
void keep_config(Learner& learner, const std::filesystem::path& folder,
                 const std::shared_ptr<RunFolder>& made, const std::string& config);

}  // namespace lehr::run
