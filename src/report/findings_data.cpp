#include "report/findings_data.hpp"

#include <algorithm>
#include <cmath>

#include "report/page_data.hpp"
#include "report/page_numbers.hpp"

namespace lehr::report {
namespace {

using diagnosis::Evidence;
using diagnosis::EvidenceChart;
using diagnosis::Finding;
using nlohmann::json;

constexpr std::size_t most_points = 200;
constexpr std::size_t most_evidence = 12;

json chart_data(const EvidenceChart& chart) {
  std::vector<double> batches;
  std::vector<double> values;
  for (std::size_t i = 0; i < std::min(chart.values.size(), chart.batches.size()); ++i) {
    if (!std::isfinite(chart.values[i])) continue;
    batches.push_back(chart.batches[i] + 1);
    values.push_back(chart.values[i]);
  }
  if (values.size() < 2) return {};
  std::vector<double> kept_batches;
  std::vector<double> kept_values;
  for (const std::size_t place : thinned(values, most_points)) {
    kept_batches.push_back(batches[place]);
    kept_values.push_back(values[place]);
  }
  return {{"title", chart.title}, {"batches", encoded(kept_batches)}, {"values", encoded(kept_values)}};
}

json finding_data(const Finding& finding) {
  json evidence = json::array();
  for (const Evidence& one : finding.evidence) {
    if (evidence.size() < most_evidence) evidence.push_back({one.what, one.found, one.limit});
  }
  json symptoms = json::array();
  for (const Finding& symptom : finding.symptoms) {
    symptoms.push_back({{"rule", symptom.rule.name}, {"says", symptom.says}});
  }
  return {{"rule", finding.rule.name},
          {"title", finding.rule.title},
          {"severity", diagnosis::severity_name(finding.severity)},
          {"probability", finding.probability},
          {"says", finding.says},
          {"evidence", evidence},
          {"moreEvidence", finding.evidence.size() - evidence.size()},
          {"chart", chart_data(finding.chart)},
          {"means", finding.rule.meaning},
          {"mend", cure_text(finding.cure)},
          {"symptoms", symptoms}};
}

}  // namespace

json findings_data(const diagnosis::Findings& found) {
  json causes = json::array();
  for (const Finding& finding : found.causes) causes.push_back(finding_data(finding));
  json not_checked = json::array();
  for (const diagnosis::NotChecked& one : found.not_checked) {
    not_checked.push_back({{"needs", one.needs}, {"rules", one.rules}});
  }
  return {{"causes", causes}, {"notChecked", not_checked}};
}

}  // namespace lehr::report
