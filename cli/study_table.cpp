#include "study_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lehr/study/analysis.hpp"
#include "output.hpp"
#include "text_table.hpp"

namespace lehr::cli {
namespace {

std::string with_spread(const StudyMeasure& measure, const study::Summary& summary) {
  if (summary.n == 0) return "-";
  std::string text = measure_text(measure, summary.mean);
  if (std::isfinite(summary.sd)) text += " ± " + measure_text(measure, summary.sd);
  return text;
}

bool any_failed(const MeasureAnalysis& analysis) {
  return std::ranges::any_of(analysis.summaries, [](const study::Summary& summary) {
    return summary.collapsed.count + summary.diverged.count > 0;
  });
}

std::vector<std::string> header(const std::vector<MeasureAnalysis>& all) {
  std::vector<std::string> cells{"variant", "runs"};
  for (const MeasureAnalysis& one : all) cells.push_back(one.measure.name);
  if (any_failed(all.front())) cells.insert(cells.end(), {"collapsed", "diverged"});
  return cells;
}

std::string rate_text(const study::Rate& rate) {
  return rate.count == 0 ? "" : fmt::format("{} of {}", rate.count, rate.of);
}

std::vector<std::string> row(const StudySpec& spec, const std::vector<MeasureAnalysis>& all,
                             std::size_t variant) {
  const study::Summary& first = all.front().summaries[variant];
  std::vector<std::string> cells{one_line(spec.variants[variant].name), fmt::format("{}", first.n)};
  for (const MeasureAnalysis& one : all) cells.push_back(with_spread(one.measure, one.summaries[variant]));
  if (any_failed(all.front())) {
    cells.push_back(rate_text(first.collapsed));
    cells.push_back(rate_text(first.diverged));
  }
  return cells;
}

/// What the seeds of a study of one variant show.
std::string spread_sentence(const MeasureAnalysis& one) {
  const study::Summary& summary = one.summaries.front();
  if (summary.n == 0) return "no run has a value";
  if (summary.n == 1) return "one seed shows no spread";
  const auto text = [&one](double value) { return measure_text(one.measure, value); };
  return fmt::format("the mean of {} seeds is {} (95 % interval {} to {}), their standard deviation {}",
                     summary.n, text(summary.mean), text(summary.interval.low), text(summary.interval.high),
                     text(summary.sd));
}

std::string findings(const MeasureAnalysis& one) {
  std::string text = "\n" + one.measure.name + ":\n";
  if (one.summaries.size() == 1) return text + "  " + spread_sentence(one) + "\n";
  for (const study::Verdict& verdict : one.verdicts) text += "  " + verdict.sentence + "\n";
  return text;
}

}  // namespace

std::string study_text(const StudyResult& result, std::size_t columns) {
  const std::vector<MeasureAnalysis> all = analyse(result);
  std::vector<std::vector<std::string>> rows{header(all)};
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) rows.push_back(row(result.spec, all, i));
  std::string text = table(rows, columns);
  for (const MeasureAnalysis& one : all) text += findings(one);
  return text;
}

std::string outcome_text(const StudySpec& spec, const StudyRun& run) {
  if (run.diverged) return "diverged";
  std::string text;
  for (const std::string& name : spec.measures) {
    const auto value = run.values.find(name);
    if (value == run.values.end()) continue;
    text += (text.empty() ? "" : ", ") + measure_text(measure_named(name), value->second);
  }
  return text + (run.collapsed ? " (collapsed)" : "");
}

}  // namespace lehr::cli
