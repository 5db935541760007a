#include "resume.hpp"

#include <system_error>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/run_files.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;

fs::path place_to_resume(const std::string& given, const fs::path& runs) {
  std::error_code error;
  if (!fs::is_regular_file(given, error)) return find_run(given, runs, RunPart::options).folder;
  // Tries the path as given, then with all links resolved.
  for (const fs::path& file : {fs::absolute(given), fs::canonical(given)}) {
    if (!folder_around(file).empty()) return file;
  }
  throw BadInput(in_quotes(given) + ": expected a checkpoint in a run's folder, found no " +
                 file_of(RunPart::options) + " above it");
}

}  // namespace lehr::cli
