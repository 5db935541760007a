#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "command.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::cli {

/// One set of some data, for the commands that use a trained model.
struct DataSetOptions {
  std::string data;
  std::string set = "valid";  ///< "train", "valid" or "test"
  std::uint64_t seed = 0;     ///< of generated data
};

/// Adds --data, --set and --data-seed; returns the option --data.
Option add_data_set_options(const Command& app, DataSetOptions& options);

/// Throws BadInput where there is no such data or set.
std::shared_ptr<const Dataset> open_data_set(const DataSetOptions& options);

}  // namespace lehr::cli
