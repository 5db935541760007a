#include "lehr/study/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "lehr/callbacks/measurements.hpp"
#include "lehr/core/error.hpp"
#include "lehr/run/setup.hpp"

namespace lehr {
namespace {

using study::Outcome;

/// Times are compared as ratios, because they are proportional to the speed of the machine.
bool is_ratio(const StudyMeasure& measure) { return measure.unit == "s"; }

study::VerdictRule rule_for(const StudyMeasure& measure) {
  study::VerdictRule rule{.higher_is_better = measure.higher_is_better};
  if (measure.unit == "%") {
    rule.style = {.unit = "points", .factor = 100};
    rule.smallest_effect = 0.002;  // a fifth of a point
  } else if (is_ratio(measure)) {
    rule.smallest_effect = 1.02;
  } else {
    rule.style.unit = measure.unit;
    if (measure.unit.empty()) rule.style.decimals = 4;
  }
  return rule;
}

Outcome outcome_of(const StudyRun& run) {
  if (run.diverged) return Outcome::diverged;
  return run.collapsed ? Outcome::collapsed : Outcome::finished;
}

}  // namespace

std::vector<study::Variant> variants_of(const StudyResult& result, const std::string& measure) {
  std::vector<study::Variant> variants;
  for (const StudyVariant& variant : result.spec.variants) variants.push_back({variant.name, {}});
  for (const StudyRun& run : result.runs) {
    study::SeedRun seed{.seed = run.seed, .outcome = outcome_of(run)};
    const auto value = run.values.find(measure);
    if (seed.outcome == Outcome::finished) {
      if (value == run.values.end()) continue;
      seed.value = value->second;
    }
    variants[run.variant].runs.push_back(seed);
  }
  return variants;
}

MeasureAnalysis analyse(const StudyResult& result, const StudyMeasure& measure) {
  MeasureAnalysis analysis{.measure = measure};
  const std::vector<study::Variant> variants = variants_of(result, measure.name);
  for (const study::Variant& variant : variants) analysis.summaries.push_back(study::summarise(variant));
  if (variants.size() < 2) return analysis;
  const study::ComparisonOptions options{.scale = is_ratio(analysis.measure) ? study::Scale::ratio
                                                                             : study::Scale::difference};
  analysis.comparisons = study::compare_with_first(variants, options);
  for (const study::Comparison& comparison : analysis.comparisons) {
    analysis.verdicts.push_back(study::judge(comparison, rule_for(analysis.measure)));
  }
  return analysis;
}

std::vector<MeasureAnalysis> analyse(const StudyResult& result) {
  std::vector<MeasureAnalysis> all;
  for (const std::string& name : result.spec.measures) all.push_back(analyse(result, measure_named(name)));
  return all;
}

StudyMeasure measure_named(const std::string& name) {
  const std::vector<StudyMeasure>& known = study_measures();
  const auto found = std::ranges::find(known, name, &StudyMeasure::name);
  if (found != known.end()) return *found;
  if (const EpochMeasurement* const by = measurement_of_value(name)) {
    const MeasuredValue& value = *std::ranges::find(by->values, name, &MeasuredValue::name);
    return {.name = name, .help = value.help, .unit = value.unit, .higher_is_better = false};
  }
  const std::unique_ptr<Metric> metric = std::move(make_metrics({name}).front());
  return {.name = name,
          .help = "metric of the validation set",
          .unit = "",
          .higher_is_better = metric->higher_is_better()};
}

std::string measure_text(const StudyMeasure& measure, double value) {
  if (measure.unit == "%") return fmt::format("{:.2f} %", 100 * value);
  if (measure.unit == "s") return fmt::format("{:.3g} s", value);
  constexpr double large = 10;  // from here on, four decimals are noise
  const std::string text =
      std::abs(value) < large ? fmt::format("{:.4f}", value) : fmt::format("{:.4g}", value);
  return measure.unit.empty() ? text : text + " " + measure.unit;
}

}  // namespace lehr
