#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "lehr/core/number_text.hpp"

namespace lehr::planted {
namespace {

/// What became of the trainings whose cause is one rule.
struct Counts {
  std::size_t planted = 0;
  std::size_t found = 0;
  std::size_t first = 0;
  std::size_t false_alarms = 0;
  std::size_t wrongly_first = 0;  ///< planted trainings with another cause
};

std::map<std::string, Counts> counts_by_rule(const Results& results) {
  std::map<std::string, Counts> counts;
  for (const diagnosis::RuleInfo& rule : diagnosis::all_rules()) counts[rule.name];
  for (const PlantedResult& one : results.planted) {
    Counts& of = counts[one.fault->rules.front()];
    ++of.planted;
    if (one.found()) ++of.found;
    if (one.ranked_first()) ++of.first;
    if (!one.ranked_first() && !one.first().empty()) ++counts[one.first()].wrongly_first;
  }
  for (const FalseAlarm& alarm : results.false_alarms()) ++counts[alarm.finding.rule.name].false_alarms;
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

template <class Number>
double share(Number part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double rule_seconds(const Results& results) {
  double seconds = 0;
  for (const PlantedResult& one : results.planted) seconds += one.planted->rules_seconds;
  for (const auto& [name, judged] : results.healthy) seconds += judged->rules_seconds;
  return share(seconds, results.planted.size() + results.healthy.size());
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string harm_text(const PlantedResult& one) {
  if (one.fault->harm == Harm::accuracy) return one.hurt() ? "" : "  no harm";
  return one.fault->harm == Harm::time ? "  costs time" : "  hint only";
}

void print_row(const std::string& rule, const Counts& counts, const char* note) {
  std::puts(fmt::format("{:<26}{:>8}{:>8}{:>8}{:>15}{:>14}{}", rule, counts.planted, counts.found,
                        counts.first, counts.false_alarms, counts.wrongly_first, note)
                .c_str());
}

void print_rules(const std::map<std::string, Counts>& counts) {
  std::puts("rule                       planted   found   first   false alarms wrongly first");
  for (const auto& [rule, one] : counts) print_row(rule, one, is_rule(rule) ? "" : "  no such rule");
  print_row("all", total(counts), "");
}

std::string accuracies(const PlantedResult& one) {
  return fmt::format("{:>6} of {:>6}", percent_text(one.planted->accuracy, 1),
                     percent_text(one.twin->accuracy, 1));
}

void print_accuracies(const Results& results) {
  std::puts("\nAccuracy with the fault, of that without:");
  for (const PlantedResult& one : results.planted) {
    std::puts(
        fmt::format("  {:<46}{}{}  {}", one.name(), accuracies(one), harm_text(one), one.first()).c_str());
  }
  std::puts("\nAccuracy of healthy trainings:");
  for (const auto& [name, judged] : results.healthy) {
    std::puts(
        fmt::format("  {:<46}{:>6}  {:.1f} s", name, percent_text(judged->accuracy, 1), judged->train_seconds)
            .c_str());
  }
}

void print_misses(const Results& results) {
  std::puts("\nMissed:");
  for (const PlantedResult& one : results.planted) {
    if (one.ranked_first()) continue;
    std::puts(fmt::format("  {:<46}{}{}  first: {}{}; expected {}", one.name(), accuracies(one),
                          harm_text(one), one.first().empty() ? "nothing" : one.first(),
                          one.found() ? " (found)" : "", joined(one.fault->rules))
                  .c_str());
  }
}

void print_false_alarms(const Results& results) {
  std::puts("\nFalse alarms:");
  for (const FalseAlarm& alarm : results.false_alarms()) {
    std::puts(fmt::format("  {:<46}{} ({}): {}", alarm.run, alarm.finding.rule.name,
                          diagnosis::severity_name(alarm.finding.severity), alarm.finding.says)
                  .c_str());
  }
}

void print_json(const nlohmann::ordered_json& object) { std::puts(object.dump().c_str()); }

}  // namespace

void print_text(const Results& results, bool verbose) {
  const std::map<std::string, Counts> counts = counts_by_rule(results);
  print_rules(counts);
  if (verbose) print_accuracies(results);
  print_misses(results);
  print_false_alarms(results);
  const Counts all = total(counts);
  std::puts(
      fmt::format("\n{} of {} causes ranked first ({}), {} found ({}); false alarms in {} of {} healthy "
                  "trainings ({}); rules take {:.1f} ms",
                  all.first, all.planted, percent_text(share(all.first, all.planted), 1), all.found,
                  percent_text(share(all.found, all.planted), 1), results.alarmed(), results.healthy.size(),
                  percent_text(share(results.alarmed(), results.healthy.size()), 1),
                  1000 * rule_seconds(results))
          .c_str());
}

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
  print_json({{"event", "summary"},
              {"planted", all.planted},
              {"found", all.found},
              {"first", all.first},
              {"healthy", results.healthy.size()},
              {"alarmed", results.alarmed()},
              {"rule_seconds", rule_seconds(results)}});
}

}  // namespace lehr::planted
