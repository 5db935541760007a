#include <algorithm>
#include <set>

#include "report.hpp"

namespace lehr::planted {
namespace {

using diagnosis::Finding;

bool names_cause(const Fault& fault, const Finding& finding) {
  return std::ranges::find(fault.rules, finding.rule.name) != fault.rules.end();
}

void add_alarms(const std::string& run, const std::vector<Finding>& findings, std::vector<FalseAlarm>& to) {
  for (const Finding& finding : findings) {
    if (finding.severity != diagnosis::Severity::hint) to.push_back({run, finding});
    add_alarms(run, finding.symptoms, to);
  }
}

void count(const PlantedResult& one, Counts& to) {
  ++to.planted;
  if (one.found()) ++to.found;
  if (one.ranked_first()) ++to.first;
}

}  // namespace

bool PlantedResult::found() const {
  return std::ranges::any_of(planted->findings.causes, [this](const Finding& cause) {
    return names_cause(*fault, cause) || std::ranges::any_of(cause.symptoms, [this](const Finding& symptom) {
             return names_cause(*fault, symptom);
           });
  });
}

bool PlantedResult::ranked_first() const {
  const std::vector<Finding>& causes = planted->findings.causes;
  return !causes.empty() && names_cause(*fault, causes.front());
}

std::string PlantedResult::first() const {
  const std::vector<Finding>& causes = planted->findings.causes;
  return causes.empty() ? std::string() : causes.front().rule.name;
}

bool PlantedResult::hurt() const {
  constexpr double points = 0.02;
  if (fault->harm != Harm::accuracy) return fault->harm == Harm::time;
  return planted->accuracy <= twin->accuracy - points;
}

std::vector<FalseAlarm> Results::false_alarms() const {
  std::vector<FalseAlarm> alarms;
  for (const auto& [name, judged] : healthy) add_alarms(name, judged->findings.causes, alarms);
  return alarms;
}

std::size_t Results::alarmed() const {
  std::set<std::string> runs;
  for (const FalseAlarm& alarm : false_alarms()) runs.insert(alarm.run);
  return runs.size();
}

std::map<std::string, Counts> counts_by_rule(const Results& results) {
  std::map<std::string, Counts> counts;
  for (const diagnosis::RuleInfo& rule : diagnosis::all_rules()) counts[rule.name];
  for (const PlantedResult& one : results.planted) {
    count(one, counts[one.fault->rules.front()]);
    if (!one.ranked_first() && !one.first().empty()) ++counts[one.first()].wrongly_first;
  }
  for (const FalseAlarm& alarm : results.false_alarms()) ++counts[alarm.finding.rule.name].false_alarms;
  return counts;
}

Counts harmful(const Results& results) {
  Counts counts;
  for (const PlantedResult& one : results.planted) {
    if (one.hurt()) count(one, counts);
  }
  return counts;
}

Counts total(const std::map<std::string, Counts>& counts) {
  Counts sum;
  for (const auto& [rule, one] : counts) {
    sum.planted += one.planted;
    sum.found += one.found;
    sum.first += one.first;
    sum.false_alarms += one.false_alarms;
    sum.wrongly_first += one.wrongly_first;
  }
  return sum;
}

bool is_rule(const std::string& name) {
  const std::vector<diagnosis::RuleInfo> rules = diagnosis::all_rules();
  return std::ranges::find(rules, name, &diagnosis::RuleInfo::name) != rules.end();
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double rule_seconds(const Results& results) {
  double seconds = 0;
  for (const PlantedResult& one : results.planted) seconds += one.planted->rules_seconds;
  for (const auto& [name, judged] : results.healthy) seconds += judged->rules_seconds;
  const std::size_t count = results.planted.size() + results.healthy.size();
  return count == 0 ? 0 : seconds / static_cast<double>(count);
}

}  // namespace lehr::planted
