#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "command.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/run/train_config.hpp"
#include "output.hpp"

namespace lehr::cli {

/// A data set and which of its parts to use, for commands that use a trained model.
struct DataSetChoice {
  DataSetChoice() { config.data.clear(); }  // nothing is chosen yet

  TrainConfig config{};       ///< only the data and how it is divided, and threads
  std::string set = "valid";  ///< "train", "valid" or "test"
};

/// Adds --data, --set and the options that divide data; returns the option --data.
Option add_data_set_options(const Command& app, DataSetChoice& choice);

/// Takes from the run in whose folder a model lies what was not given: the data, and how they are divided if
/// they are the run's. Otherwise the pictures that the model was trained on could be among those that it is
/// measured with. Throws BadInput if no data are given and the model is in no run's folder.
void complete_from_run(DataSetChoice& choice, const std::filesystem::path& model);

/// Calls `warn` with each warning about the data. Throws BadInput if the data or the set does not exist.
std::shared_ptr<const Dataset> open_data_set(const DataSetChoice& choice, const OnFailure& warn);

}  // namespace lehr::cli
