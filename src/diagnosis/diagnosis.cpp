#include "lehr/diagnosis/diagnosis.hpp"

#include <algorithm>
#include <map>

#include "diagnosis/healthy.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/error.hpp"

namespace lehr::diagnosis {
namespace {

const std::vector<Rule>& registered() {
  static const RuleRegistry registry = [] {
    RuleRegistry all;
    register_all_rules(all);
    return all;
  }();
  return registry.rules();
}

std::string text_of(Need need) {
  switch (need) {
    case Need::graph:
      return "the network";
    case Need::start:
      return "numbers of the first batch, which older runs did not record";
    case Need::batches:
      return "losses of batches";
    case Need::validation:
      return "a validation set";
    case Need::layers:
      return "--stats";
    case Need::gradients:
      return "--stats-gradients";
    case Need::channels:
      return "--stats-channels";
    case Need::confusion:
      return "the confusion matrix of a finished training";
    case Need::training_eval:
      return "--train-eval";
    case Need::end:
      break;
  }
  return "the end of the training";
}

std::vector<NotChecked> as_list(const std::map<Need, std::vector<std::string>>& lacking) {
  std::vector<NotChecked> list;
  for (const auto& [need, rules] : lacking) list.push_back({text_of(need), rules});
  return list;
}

}  // namespace

void RuleRegistry::add(Rule rule) {
  const auto place =
      std::ranges::lower_bound(rules_, rule.info.name, {}, [](const Rule& one) { return one.info.name; });
  if (place != rules_.end() && place->info.name == rule.info.name) {
    throw Error("there are two rules with the name " + rule.info.name);
  }
  rules_.insert(place, std::move(rule));
}

std::string Findings::line() const {
  std::string text;
  for (const Finding& finding : causes) {
    if (finding.severity != Severity::hint) text += (text.empty() ? "" : "; ") + finding.says;
  }
  return text.empty() ? good : text;
}

Findings diagnose(const Case& what) {
  const Facts facts(what);
  std::vector<Finding> findings;
  std::map<Need, std::vector<std::string>> lacking;
  for (const Rule& rule : registered()) {
    const auto missing = std::ranges::find_if(rule.needs, [&](Need need) { return !facts.has(need); });
    if (missing != rule.needs.end()) {
      lacking[*missing].push_back(rule.info.name);
      continue;
    }
    if (std::optional<Finding> found = rule.find(facts)) {
      found->rule = rule.info;
      findings.push_back(std::move(*found));
    }
  }
  Findings all{.causes = ranked(std::move(findings)), .not_checked = as_list(lacking)};
  const bool serious = std::ranges::any_of(
      all.causes, [](const Finding& finding) { return finding.severity != Severity::hint; });
  if (!serious) all.good = healthy_text(facts);
  return all;
}

Findings diagnose(const store::RunRecords& run, const store::RecordedLayers& layers) {
  return diagnose({.run = &run, .layers = &layers});
}

Findings diagnose(const store::RunRecords& run) { return diagnose({.run = &run}); }

std::vector<RuleInfo> all_rules() {
  std::vector<RuleInfo> all;
  for (const Rule& rule : registered()) all.push_back(rule.info);
  return all;
}

}  // namespace lehr::diagnosis
