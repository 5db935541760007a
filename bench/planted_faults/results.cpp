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

}  // namespace lehr::planted
