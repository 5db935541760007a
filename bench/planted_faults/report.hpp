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
  bool hurt() const;          ///< in accuracy, by 2 points or more
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

void print_text(const Results& results, bool verbose);
/// One object on each line: of planted and healthy runs, of rules, and a summary.
void print_lines(const Results& results);

}  // namespace lehr::planted
