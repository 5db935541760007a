#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "diagnosis/facts.hpp"
#include "lehr/diagnosis/finding.hpp"

namespace lehr::diagnosis {

/// Looks for one fault in the records of a run.
struct Rule {
  RuleInfo info;
  std::vector<Need> needs{};  ///< what it cannot do without
  /// Returns what it found. The rule's info need not be set.
  std::function<std::optional<Finding>(const Facts&)> find{};
};

class RuleRegistry {
 public:
  /// Throws Error if there is a rule with this name.
  void add(Rule rule);
  /// By name.
  const std::vector<Rule>& rules() const { return rules_; }

 private:
  std::vector<Rule> rules_;
};

/// Adds every rule of rules/. The build generates it.
void register_all_rules(RuleRegistry& registry);

}  // namespace lehr::diagnosis
