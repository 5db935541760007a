#include "report.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "lehr/core/number_text.hpp"

namespace lehr::planted {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string harm_text(const PlantedResult& one) {
  if (one.fault->harm == Harm::accuracy) return one.hurt() ? "" : "  no harm";
  return one.hurt() ? "  costs time" : "  hint only";
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

/// Accuracies of digits below this are not healthy.
constexpr double poor = 0.9;

void print_accuracies(const Results& results) {
  std::puts("\nAccuracy with the fault, of that without:");
  for (const PlantedResult& one : results.planted) {
    std::puts(
        fmt::format("  {:<46}{}{}  {}", one.name(), accuracies(one), harm_text(one), one.first()).c_str());
  }
  std::puts("\nAccuracy of healthy trainings:");
  for (const auto& [name, judged] : results.healthy) {
    std::puts(fmt::format("  {:<46}{:>6}  {:.1f} s{}", name, percent_text(judged->accuracy, 1),
                          judged->train_seconds, judged->accuracy < poor ? "  poor" : "")
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

}  // namespace

void print_text(const Results& results, bool verbose) {
  const std::map<std::string, Counts> counts = counts_by_rule(results);
  print_rules(counts);
  if (verbose) print_accuracies(results);
  print_misses(results);
  print_false_alarms(results);
  const Counts hurt = harmful(results);
  std::puts(fmt::format("\n{} of {} harmful faults have their cause ranked first ({}), {} have it found ({})",
                        hurt.first, hurt.planted, percent_text(share(hurt.first, hurt.planted), 1),
                        hurt.found, percent_text(share(hurt.found, hurt.planted), 1))
                .c_str());
  std::puts(fmt::format(
                "{} of {} healthy trainings have false alarms ({}); the rules take {:.1f} ms for a training",
                results.alarmed(), results.healthy.size(),
                percent_text(share(results.alarmed(), results.healthy.size()), 1),
                1000 * rule_seconds(results))
                .c_str());
}

}  // namespace lehr::planted
