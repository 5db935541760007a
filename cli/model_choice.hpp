#pragma once

#include <filesystem>
#include <string>

#include "command.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr::cli {

/// A saved model, as the command line names it.
struct ModelChoice {
  std::string name;
  std::filesystem::path runs = "runs";  ///< where runs are looked up by name
};

/// Adds MODEL and --runs.
void add_model_choice(const Command& command, ModelChoice& choice);
/// The file of the model. Throws BadInput if there is no such file or run.
std::filesystem::path model_file(const ModelChoice& choice);
/// Throws BadInput like model_file, and if the file is not a model.
Model load_model(const ModelChoice& choice);

}  // namespace lehr::cli
