#include <cstdio>
#include <nlohmann/json.hpp>

#include "report.hpp"

namespace lehr::planted {
namespace {

void print_json(const nlohmann::ordered_json& object) { std::puts(object.dump().c_str()); }

}  // namespace

void print_lines(const Results& results) {
  for (const PlantedResult& one : results.planted) {
    print_json({{"event", "planted"},
                {"fault", one.fault->name},
                {"setting", one.setting->name},
                {"rules", one.fault->rules},
                {"first", one.first()},
                {"ranked_first", one.ranked_first()},
                {"found", one.found()},
                {"accuracy", one.planted->accuracy},
                {"twin_accuracy", one.twin->accuracy},
                {"seconds", one.planted->train_seconds}});
  }
  for (const auto& [name, judged] : results.healthy) {
    print_json({{"event", "healthy"},
                {"name", name},
                {"accuracy", judged->accuracy},
                {"line", judged->findings.line()},
                {"seconds", judged->train_seconds}});
  }
  for (const FalseAlarm& alarm : results.false_alarms()) {
    print_json({{"event", "false_alarm"},
                {"name", alarm.run},
                {"rule", alarm.finding.rule.name},
                {"severity", diagnosis::severity_name(alarm.finding.severity)},
                {"says", alarm.finding.says}});
  }
  const std::map<std::string, Counts> counts = counts_by_rule(results);
  for (const auto& [rule, one] : counts) {
    print_json({{"event", "rule"},
                {"rule", rule},
                {"exists", is_rule(rule)},
                {"planted", one.planted},
                {"found", one.found},
                {"first", one.first},
                {"false_alarms", one.false_alarms},
                {"wrongly_first", one.wrongly_first}});
  }
  const Counts all = total(counts);
  const Counts hurt = harmful(results);
  print_json({{"event", "summary"},
              {"planted", all.planted},
              {"found", all.found},
              {"first", all.first},
              {"harmful", hurt.planted},
              {"harmful_found", hurt.found},
              {"harmful_first", hurt.first},
              {"healthy", results.healthy.size()},
              {"alarmed", results.alarmed()},
              {"rule_seconds", rule_seconds(results)}});
}

}  // namespace lehr::planted
