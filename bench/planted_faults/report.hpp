#pragma once

#include <map>
#include <string>
#include <vector>

#include "runs.hpp"

namespace lehr::planted {

/// A planted fault, its twin and what was said about them.
struct PlantedResult {
  const Fault* fault = nullptr;
  const Setting* setting = nullptr;
  const Judged* planted = nullptr;
  const Judged* twin = nullptr;

  std::string name() const { return fault->name + "/" + setting->name; }
  bool found() const;         ///< one of its rules is in the findings
  bool ranked_first() const;  ///< one of its rules is the first cause
  std::string first() const;  ///< the rule that is ranked first; empty: none
  bool hurt() const;          ///< by 2 points of accuracy or more, or in time
};

/// A problem or warning about a healthy training.
struct FalseAlarm {
  std::string run;
  diagnosis::Finding finding;
};

struct Results {
  std::vector<PlantedResult> planted{};
  std::map<std::string, const Judged*> healthy{};  ///< twins and others, by name

  std::vector<FalseAlarm> false_alarms() const;
  /// How many healthy runs have a false alarm.
  std::size_t alarmed() const;
};

/// What became of the trainings whose cause is one rule.
struct Counts {
  std::size_t planted = 0;
  std::size_t found = 0;
  std::size_t first = 0;
  std::size_t false_alarms = 0;
  std::size_t wrongly_first = 0;  ///< planted trainings with another cause
};

/// Of each rule, by name. A fault counts for the first of its rules.
std::map<std::string, Counts> counts_by_rule(const Results& results);
Counts total(const std::map<std::string, Counts>& counts);
/// Of the faults that do harm.
Counts harmful(const Results& results);
bool is_rule(const std::string& name);
/// Mean time of a diagnosis.
double rule_seconds(const Results& results);
/// 0 of nothing.
double share(std::size_t part, std::size_t whole);

void print_text(const Results& results, bool verbose);
/// One object on each line: of planted and healthy runs, of rules, and a summary.
void print_lines(const Results& results);

}  // namespace lehr::planted
