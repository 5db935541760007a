#include "study_runs.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>

#include "config_options.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"

namespace lehr::cli {
namespace {

struct VariantRuns {
  std::string variant;
  std::map<std::uint64_t, std::string> ids{};  ///< by seed
};

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string text_at(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

}  // namespace

std::vector<NamedRun> runs_of_study(const std::string& study, const std::filesystem::path& runs) {
  std::vector<VariantRuns> variants;  // in the order in which they began
  std::set<std::string> studies;
  for (const store::RunInfo& run : store::RunStore(store_in(runs)).runs()) {
    const auto values = recorded_values(run.config, shared_fields());
    const std::string of = text_at(values, "study");
    if (!of.empty()) studies.insert(of);
    if (of != study) continue;
    const std::string variant = text_at(values, "variant");
    auto place = std::ranges::find(variants, variant, &VariantRuns::variant);
    if (place == variants.end()) place = variants.insert(variants.end(), {variant});
    place->ids[number_of(text_at(values, "seed"))] = run.id;
  }
  if (variants.empty()) {
    throw unknown_name("study", study, std::vector<std::string>(studies.begin(), studies.end()));
  }
  std::vector<NamedRun> found;
  for (const VariantRuns& variant : variants) {
    for (const auto& [seed, id] : variant.ids) found.push_back(run_in(runs, id));
  }
  return found;
}

}  // namespace lehr::cli
