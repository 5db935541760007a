#include "diagnosed_run.hpp"

#include <filesystem>
#include <optional>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr::cli {
namespace {

/// The network of a run, from the first file in its folder that holds it; nothing if there is none.
std::optional<Graph> graph_of(const NamedRun& run) {
  std::vector<std::filesystem::path> files{run.folder / run_files::model};
  try {
    files.push_back(resume_point(run.folder).checkpoint);
  } catch (const BadInput&) {  // no checkpoint
  }
  std::error_code ignored;
  for (const std::filesystem::path& file : files) {
    if (file.empty() || !std::filesystem::exists(file, ignored)) continue;
    try {
      return load_model(file).graph;
    } catch (const BadInput&) {  // damaged, or with operations of another program
    }
  }
  return std::nullopt;
}

}  // namespace

DiagnosedRun diagnosed(const NamedRun& named) {
  const store::RunRecords run = store::RunStore(store_in(named.runs)).read(named.id, {.pictures = false});
  const std::optional<Graph> graph = graph_of(named);
  return {run.info, diagnosis::diagnose({.run = &run, .graph = graph ? &*graph : nullptr})};
}

}  // namespace lehr::cli
