#include <algorithm>
#include <set>

#include "checks/checks.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"

namespace lehr::checks {
namespace {

const std::vector<Check>& registered() {
  static const std::vector<Check> sorted = [] {
    CheckRegistry registry;
    register_all_checks(registry);
    std::vector<Check> all = registry.checks();
    std::ranges::sort(all, {}, &Check::order);
    return all;
  }();
  return sorted;
}

/// Throws BadInput if a name is that of no check.
std::set<std::string> wanted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const Check& check : registered()) all.push_back(check.info.name);
  for (const std::string& name : names) {
    if (std::ranges::find(all, name) == all.end()) throw unknown_name("check", name, all);
  }
  const std::vector<std::string>& chosen = names.empty() ? all : names;
  return {chosen.begin(), chosen.end()};
}

}  // namespace

std::string outcome_name(Outcome outcome) {
  if (outcome == Outcome::passed) return "passed";
  return outcome == Outcome::failed ? "failed" : "unclear";
}

bool CheckReport::passed() const {
  return std::ranges::none_of(results, [](const CheckResult& one) { return one.outcome == Outcome::failed; });
}

std::vector<CheckInfo> all_checks() {
  std::vector<CheckInfo> infos;
  for (const Check& check : registered()) infos.push_back(check.info);
  return infos;
}

CheckReport run_checks(const TrainConfig& config, const std::vector<std::string>& names,
                       const CheckHooks& hooks) {
  const std::set<std::string> chosen = wanted(names);
  Subject subject(config, hooks.setup, hooks.stop);
  CheckReport report;
  for (const Check& check : registered()) {
    if (!chosen.contains(check.info.name)) continue;
    const Stopwatch watch;
    CheckResult result = check.look(subject);
    if (subject.stopped()) {
      report.interrupted = true;
      return report;
    }
    result.name = check.info.name;
    result.seconds = watch.seconds();
    if (result.outcome == Outcome::passed) result.advice.clear();
    if (hooks.on_result) hooks.on_result(result);
    report.results.push_back(std::move(result));
  }
  return report;
}

}  // namespace lehr::checks
