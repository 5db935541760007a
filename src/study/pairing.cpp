#include "study/pairing.hpp"

#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::study {

RunsBySeed by_seed(const Variant& variant) {
  RunsBySeed runs;
  for (const SeedRun& run : variant.runs) {
    const std::string place = "variant " + in_quotes(variant.name) + " with seed " + std::to_string(run.seed);
    if (!runs.emplace(run.seed, run).second) throw BadInput(place + " has two runs, expected one");
    if (finished(run) && !std::isfinite(run.value)) {
      throw BadInput(place + " has the value " + number_text(run.value) +
                     ", expected a finite number, or a run that is marked as collapsed or diverged");
    }
  }
  return runs;
}

void check_variant(const Variant& variant) { by_seed(variant); }

std::vector<RunPair> pairs_of(const RunsBySeed& a, const RunsBySeed& b) {
  std::vector<RunPair> pairs;
  for (const auto& [seed, run] : a) {
    const auto other = b.find(seed);
    if (other != b.end()) pairs.push_back({.a = run, .b = other->second});
  }
  return pairs;
}

std::vector<double> finished_values(const RunsBySeed& runs) {
  std::vector<double> values;
  for (const auto& [seed, run] : runs) {
    if (finished(run)) values.push_back(run.value);
  }
  return values;
}

}  // namespace lehr::study
