#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "command.hpp"
#include "lehr/run/train_config.hpp"
#include "run_names.hpp"

/// `lehr diagnose RUN --confirm`: trains with and without a cure.
namespace lehr::cli {

struct ConfirmLine {
  bool confirm = false;
  std::string rule;
  std::string cure;
  std::string measure;
  std::int64_t seeds = 3;
  std::int64_t batches = 0;  ///< 0: as the finding suggests
  int workers = 0;           ///< 0: as for a study
  std::filesystem::path fix;
  bool quiet = false;
};

/// Adds --confirm and its options. `line` must outlive the command.
void add_confirm(const Command& command, ConfirmLine& line);
/// Throws BadInput if an option of --confirm is given without it.
void check_confirm(const ConfirmLine& line);
/// The configuration of a run: the file in its folder, or its record if the folder is gone.
TrainConfig config_of(const NamedRun& named);
/// Tries a cure of the run and prints the answer. Returns the exit status.
int confirm(const NamedRun& named, const ConfirmLine& line, bool json);

}  // namespace lehr::cli
