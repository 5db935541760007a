#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What a diagnosis says about a training.
namespace lehr::diagnosis {

enum class Severity {
  hint,     ///< may cost a little; healthy trainings have such findings too
  warning,  ///< costs accuracy or time
  problem   ///< the training fails, or is far from what it could be
};

/// "hint", "warning" or "problem".
std::string severity_name(Severity severity);

/// What is known about a rule without a run.
struct RuleInfo {
  std::string name;     ///< of its page in docs/diagnosis: "rate-too-high"
  std::string title;    ///< "The learning rate is too high"
  std::string meaning;  ///< what it usually means, in a sentence or two
  /// Names of rules whose findings are symptoms of this one if both are found.
  std::vector<std::string> explains{};
};

/// How to mend what was found.
struct Cure {
  std::string text{};  ///< "lower the rate: a step should change the weights by about 0.1 %"
  /// Options of a training that do it, as keys of train_config_table() and texts: {"lr", "0.006"}. Empty if
  /// no option mends it.
  std::vector<std::pair<std::string, std::string>> settings{};
};

/// "lower the rate: --lr 0.006"; empty if there is no cure.
std::string cure_text(const Cure& cure);

/// A number that speaks for a finding.
struct Evidence {
  std::string what;   ///< "update over weight, layer 0"
  std::string found;  ///< "21 %"
  std::string limit;  ///< "at most 10 %"
};

/// A small chart: values by training batch, counted from 0.
struct EvidenceChart {
  std::string title{};
  std::vector<double> batches{};
  std::vector<double> values{};
};

/// One thing that is wrong.
struct Finding {
  RuleInfo rule{};
  Severity severity = Severity::warning;
  std::string says{};        ///< one sentence with the numbers, without capital and full stop
  double probability = 0.5;  ///< that it is so and hurts, 0 to 1
  std::string layer{};       ///< name of the layer, or empty
  std::vector<std::int64_t> channels{};
  std::int64_t first_batch = 0;  ///< from which it holds, counted from 1; 0: unknown
  std::vector<Evidence> evidence{};
  EvidenceChart chart{};
  Cure cure{};
  std::vector<Finding> symptoms{};  ///< findings that this one explains, the most serious first
};

/// Puts findings whose rule another finding explains under that one, and sorts by severity and probability.
/// A cause is at least as serious as its symptoms.
std::vector<Finding> ranked(std::vector<Finding> findings);

}  // namespace lehr::diagnosis
