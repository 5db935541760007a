#include "serve/rendering.hpp"

#include <algorithm>
#include <sstream>

#include "lehr/report/page.hpp"
#include "lehr/store/run_names.hpp"
#include "serve/guard.hpp"

namespace lehr::serve {
namespace {

using nlohmann::json;

/// Of one run on a page of several, less is read.
store::ReadOptions reading(std::size_t runs, bool pictures) {
  constexpr std::size_t steps = 500;
  constexpr std::size_t losses = 5'000;
  return {.most_steps = std::max<std::size_t>(steps / runs, 50),
          .pictures = pictures,
          .most_losses = std::max<std::size_t>(losses / runs, 2000)};
}

json finding_json(const diagnosis::Finding& finding) {
  json symptoms = json::array();
  for (const diagnosis::Finding& symptom : finding.symptoms) symptoms.push_back(symptom.says);
  return {{"rule", finding.rule.name},
          {"title", finding.rule.title},
          {"severity", diagnosis::severity_name(finding.severity)},
          {"says", finding.says},
          {"means", finding.rule.meaning},
          {"cure", diagnosis::cure_text(finding.cure)},
          {"symptoms", symptoms}};
}

json findings_json(const diagnosis::Findings& found) {
  json causes = json::array();
  for (const diagnosis::Finding& finding : found.causes) causes.push_back(finding_json(finding));
  return {{"line", found.line()}, {"causes", causes}};
}

}  // namespace

Rendered render(const store::RunStore& store, const std::vector<std::string>& ids) {
  Rendered rendered;
  std::vector<store::RunRecords> runs;
  for (const std::string& id : ids) {
    runs.push_back(store.read(id, reading(ids.size(), true)));
    rendered.findings.push_back(findings_json(diagnosis::diagnose(runs.back())));
  }
  auto report = std::make_shared<Report>();
  report->nonce = new_token();
  std::ostringstream page;
  report::write_page(page, runs, report->nonce);
  report->html = std::move(page).str();
  rendered.report = std::move(report);
  return rendered;
}

json findings_of_run(const store::RunStore& store, const std::string& id) {
  return findings_json(diagnosis::diagnose(store.read(id, reading(4, false))));
}

json line_json(const RunLine& line) {
  const store::RunInfo& info = line.info;
  return {{"id", info.id},
          {"title", info.name},
          {"status", store::status_name(info.status)},
          {"reason", store::reason_sentence(info.reason)},
          {"started", info.started},
          {"ended", info.ended},
          {"data", info.data},
          {"model", info.model},
          {"epochs", line.epochs},
          {"epochs_asked", info.epochs},
          {"batches", line.batches},
          {"accuracy", line.accuracy ? json(*line.accuracy) : json()},
          {"validated", line.validated}};
}

std::string json_text(const json& json) { return json.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace lehr::serve
