#include "diagnosis_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/report/spark.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

using diagnosis::Cure;
using diagnosis::Evidence;
using diagnosis::Finding;
using diagnosis::Findings;

std::string page_of(const Finding& finding) { return "docs/diagnosis/" + finding.rule.name + ".md"; }

std::string chart_text(const diagnosis::EvidenceChart& chart) {
  constexpr std::size_t columns = 60;
  if (chart.values.size() < 2) return {};
  const std::vector<float> values(chart.values.begin(), chart.values.end());
  return fmt::format("  {}  {}\n", report::sparkline(values, columns), printable(chart.title, 60));
}

std::string evidence_text(std::span<const Evidence> all) {
  constexpr std::size_t most = 6;
  std::string text;
  for (const Evidence& one : all.first(std::min(most, all.size()))) {
    text += fmt::format("  {}: {} (expected {})\n", one.what, one.found, one.limit);
  }
  if (all.size() > most) text += fmt::format("  and {} more\n", all.size() - most);
  return text;
}

std::string finding_text(const Finding& finding) {
  std::string text =
      fmt::format("{}: {} ({}, {:.0f} %)\n  {}\n", diagnosis::severity_name(finding.severity),
                  finding.rule.title, finding.rule.name, 100 * finding.probability, finding.says);
  text += evidence_text(finding.evidence) + chart_text(finding.chart);
  text += fmt::format("  means: {}\n", finding.rule.meaning);
  if (const std::string cure = cure_text(finding.cure); !cure.empty())
    text += fmt::format("  mend:  {}\n", cure);
  text += fmt::format("  more:  {}\n", page_of(finding));
  for (const Finding& symptom : finding.symptoms) {
    text += fmt::format("  symptom: {} ({})\n", symptom.says, symptom.rule.name);
  }
  return text;
}

nlohmann::ordered_json cure_json(const Cure& cure) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const auto& [key, value] : cure.settings) settings[key] = value;
  return {{"text", cure.text}, {"options", settings}};
}

}  // namespace

std::string diagnosis_text(const Findings& diagnosis) {
  std::string text;
  for (const Finding& finding : diagnosis.causes) text += (text.empty() ? "" : "\n") + finding_text(finding);
  if (!diagnosis.good.empty()) text += (text.empty() ? "" : "\n") + diagnosis.good + "\n";
  if (text.empty()) text = "nothing to judge: the run recorded no batch\n";
  if (diagnosis.not_checked.empty()) return text;
  text += "\nnot checked:\n";
  for (const diagnosis::NotChecked& one : diagnosis.not_checked) {
    text += fmt::format("  {} (needs {})\n", fmt::join(one.rules, ", "), one.needs);
  }
  return text;
}

nlohmann::ordered_json finding_json(const Finding& finding) {
  nlohmann::ordered_json evidence = nlohmann::ordered_json::array();
  for (const Evidence& one : finding.evidence) {
    evidence.push_back({{"what", one.what}, {"found", one.found}, {"expected", one.limit}});
  }
  nlohmann::ordered_json symptoms = nlohmann::ordered_json::array();
  for (const Finding& symptom : finding.symptoms) symptoms.push_back(finding_json(symptom));
  return {{"rule", finding.rule.name},
          {"severity", diagnosis::severity_name(finding.severity)},
          {"probability", finding.probability},
          {"title", finding.rule.title},
          {"says", finding.says},
          {"layer", finding.layer},
          {"channels", finding.channels},
          {"first_batch", finding.first_batch},
          {"evidence", evidence},
          {"means", finding.rule.meaning},
          {"mend", cure_json(finding.cure)},
          {"page", page_of(finding)},
          {"symptoms", symptoms}};
}

}  // namespace lehr::cli
