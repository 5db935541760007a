#include <algorithm>
#include <optional>

#include "lehr/diagnosis/finding.hpp"

namespace lehr::diagnosis {
namespace {

bool explains(const Finding& cause, const Finding& symptom) {
  return std::ranges::find(cause.rule.explains, symptom.rule.name) != cause.rule.explains.end();
}

/// The more serious one first.
bool before(const Finding& a, const Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  return a.probability > b.probability;
}

/// The most serious finding that explains this one.
std::optional<std::size_t> cause_of(const std::vector<Finding>& findings, std::size_t symptom) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (i == symptom || !explains(findings[i], findings[symptom])) continue;
    if (!best || before(findings[i], findings[*best])) best = i;
  }
  return best;
}

/// The cause of the cause, and so on. Rules that explain each other end the search.
std::size_t root_of(const std::vector<Finding>& findings, std::size_t place) {
  for (std::size_t steps = 0; steps < findings.size(); ++steps) {
    const std::optional<std::size_t> cause = cause_of(findings, place);
    if (!cause) return place;
    place = *cause;
  }
  return place;
}

}  // namespace

std::string severity_name(Severity severity) {
  switch (severity) {
    case Severity::hint:
      return "hint";
    case Severity::warning:
      return "warning";
    case Severity::problem:
      break;
  }
  return "problem";
}

std::vector<Finding> ranked(std::vector<Finding> findings) {
  std::vector<std::size_t> roots;
  for (std::size_t i = 0; i < findings.size(); ++i) roots.push_back(root_of(findings, i));
  std::vector<Finding> causes;
  for (std::size_t root = 0; root < findings.size(); ++root) {
    if (roots[root] != root) continue;
    Finding cause = findings[root];
    for (std::size_t i = 0; i < findings.size(); ++i) {
      if (i == root || roots[i] != root) continue;
      cause.severity = std::max(cause.severity, findings[i].severity);
      cause.symptoms.push_back(findings[i]);
    }
    std::ranges::stable_sort(cause.symptoms, before);
    causes.push_back(std::move(cause));
  }
  std::ranges::stable_sort(causes, before);
  return causes;
}

}  // namespace lehr::diagnosis
