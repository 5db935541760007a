#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Statistics and verdicts of a study: a study trains several variants with the same seeds and compares one
/// measured quantity between them.
namespace lehr::study {

/// How a run ended. Who measures the quantity decides this.
enum class Outcome {
  finished,   ///< has a value
  collapsed,  ///< learned nothing, for example has the accuracy of a guess
  diverged    ///< its numbers stopped being finite
};

struct SeedRun {
  std::uint64_t seed = 0;
  double value = 0;  ///< in the units of the quantity; ignored unless the run finished
  Outcome outcome = Outcome::finished;
};

/// The runs of one variant, in any order. A seed without a run is missing, which is no error.
struct Variant {
  std::string name;  ///< as sentences call it
  std::vector<SeedRun> runs;
};

/// Throws BadInput if a seed occurs twice, or a finished run's value is not finite.
void check_variant(const Variant& variant);

}  // namespace lehr::study
