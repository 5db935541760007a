#pragma once

#include <map>
#include <string>
#include <vector>

#include "lehr/diagnosis/finding.hpp"
#include "lehr/store/layer_stats.hpp"

namespace lehr {

class Graph;

namespace diagnosis {

/// What is known about a training. A rule that needs a part that is missing is not applied.
struct Case {
  const store::RunRecords* run = nullptr;         ///< null: before the training
  const store::RecordedLayers* layers = nullptr;  ///< null: recorded_layers(*run)
  const Graph* graph = nullptr;                   ///< the network, without its loss
  /// Numbers measured before the first step, by name (docs/diagnosis.md lists them). Those that the run
  /// recorded (RunInfo::environment) are known without being here.
  std::map<std::string, double> measured{};
};

/// Rules that had too few records.
struct NotChecked {
  std::string needs;               ///< "--stats", or "a validation set"
  std::vector<std::string> rules;  ///< names
};

/// What was found.
struct Findings {
  std::vector<Finding> causes{};  ///< the most serious first; symptoms are in them
  std::vector<NotChecked> not_checked{};
  std::string good{};  ///< "healthy: ...", if there is neither problem nor warning; empty: nothing to judge

  /// One line: the problems and warnings, or what is good.
  std::string line() const;
};

/// Applies all rules. Layers are judged by medians over the last fifth of the training, updates by medians
/// over the batches with a high learning rate.
Findings diagnose(const Case& what);
/// The same for the records of a run alone.
Findings diagnose(const store::RunRecords& run, const store::RecordedLayers& layers);
Findings diagnose(const store::RunRecords& run);

/// What there is to know about all rules, by name.
std::vector<RuleInfo> all_rules();

}  // namespace diagnosis
}  // namespace lehr
