#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "lehr/data/dataset.hpp"

namespace lehr::cli {

/// One set of some data, for the commands that use a trained model.
struct DataSetOptions {
  std::string data;
  std::string set = "valid";  ///< "train" or "valid"
  std::uint64_t seed = 0;     ///< of generated data
};

/// Adds --data, --set and --data-seed; returns the option --data.
CLI::Option* add_data_set_options(CLI::App& app, DataSetOptions& options);

/// Throws BadInput where there is no such data or set.
std::shared_ptr<const Dataset> open_data_set(const DataSetOptions& options);

}  // namespace lehr::cli
