#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lehr/run/train_config.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr::cli {

/// The run store of a folder of runs.
std::filesystem::path store_in(const std::filesystem::path& runs);

/// A run that the user named.
struct NamedRun {
  std::filesystem::path runs;    ///< the folder that holds its store
  std::string id;                ///< its name in the store
  std::filesystem::path folder;  ///< its own folder; may no longer exist
};

/// The run with an ID in a folder of runs.
NamedRun run_in(const std::filesystem::path& runs, const std::string& id);

/// What a run must have to match.
enum class RunPart { records, options, model, dump };

/// The file in a run's folder that holds a part other than the records: "model.safetensors".
const char* file_of(RunPart part);

/// Finds the runs that a text names, among those that have this part. A text means, in this order:
/// 1. "latest": the run in `runs` that started last;
/// 2. the ID, or else the title, of a run in `runs`;
/// 3. a run's folder, whose records are in the store beside it. A text with a slash, "." and ".." is
///    tried as a folder first;
/// 4. the beginning of the ID of runs in `runs`.
std::vector<NamedRun> matching_runs(const std::string& given, const std::filesystem::path& runs,
                                    RunPart part);

/// The one run that a text names. Throws BadInput if there is none, or several.
NamedRun find_run(const std::string& given, const std::filesystem::path& runs, RunPart part);
/// Throws BadInput if there are several.
void check_one(const std::string& given, const std::vector<NamedRun>& found);

/// The file that a text names: a file, this part's file in a folder, or this part's file of a run.
/// Throws BadInput if there is none, or several.
std::filesystem::path file_of_run(const std::string& given, const std::filesystem::path& runs, RunPart part);
/// Replaces what TrainConfig::weights names, such as a run in TrainConfig::out, by its model file. Does
/// nothing if it is empty.
void find_weights(TrainConfig& config);

}  // namespace lehr::cli
