#include "run_names.hpp"

#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::cli {
namespace {

/// "runs/ID/" and "ID" alike.
std::string name_in(const std::string& given) {
  const std::filesystem::path path(given);
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

}  // namespace

std::filesystem::path store_in(const std::filesystem::path& runs) { return runs / "lehr.db"; }

store::RunInfo find_stored_run(const store::RunStore& store, const std::string& given) {
  const std::vector<store::RunInfo> runs = store.runs();
  if (runs.empty()) throw BadInput("the run store holds no run");
  if (given == "latest") return store.run(runs.back().id);
  const std::string name = name_in(given);
  std::vector<std::string> all;
  std::vector<std::string> found;
  for (const store::RunInfo& run : runs) {
    if (run.id == name) return store.run(run.id);
    if (!name.empty() && (run.id.starts_with(name) || run.name == given)) found.push_back(run.id);
    all.push_back(run.id);
  }
  if (found.size() == 1) return store.run(found.front());
  if (found.size() > 1) {
    throw BadInput("several runs are called " + in_quotes(given) + ": " + found[0] + ", " + found[1] +
                   (found.size() > 2 ? ", ..." : ""));
  }
  constexpr std::size_t listed = 5;
  if (all.size() > listed) all.erase(all.begin(), all.end() - listed);
  throw unknown_name("run", given, all);
}

}  // namespace lehr::cli
