#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "lehr/train/learner.hpp"
#include "run/run_folder.hpp"

namespace lehr::run {

/// Has the fit write the run's config.toml. `made` is the folder of a new run, or null for a resumed run, of
/// which the text is written if it changed.
void keep_config(Learner& learner, const std::filesystem::path& folder,
                 const std::shared_ptr<RunFolder>& made, const std::string& config);

}  // namespace lehr::run
