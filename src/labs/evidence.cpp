#include "labs/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lehr/core/number_text.hpp"
#include "lehr/study/summary.hpp"
#include "lehr/study/verdict.hpp"
#include "study/wording.hpp"

namespace lehr::labs {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// The factor from a measure's value to what charts show.
double shown_factor(const StudyMeasure& measure) { return measure.unit == "%" ? 100 : 1; }

std::string axis_label(const StudyMeasure& measure) {
  return measure.unit.empty() ? measure.help : measure.help + " (" + measure.unit + ")";
}

std::string rate_text(const study::Rate& rate) { return fmt::format("{} of {}", rate.count, rate.of); }

bool any_failed(const std::vector<study::Summary>& summaries) {
  return std::ranges::any_of(summaries, [](const study::Summary& summary) {
    return summary.collapsed.count + summary.diverged.count > 0;
  });
}

std::vector<study::Summary> summaries_of(const StudyResult& result, const std::string& measure) {
  std::vector<study::Summary> all;
  for (const study::Variant& variant : variants_of(result, measure)) all.push_back(study::summarise(variant));
  return all;
}

std::string failure_note(const study::Summary& summary) {
  std::string note;
  if (summary.collapsed.count > 0) note = fmt::format("{} collapsed", summary.collapsed.count);
  if (summary.diverged.count > 0) {
    note += fmt::format("{}{} diverged", note.empty() ? "" : ", ", summary.diverged.count);
  }
  return note;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? none : sum / static_cast<double>(values.size());
}

}  // namespace

std::string label_of(const StudyMeasure& measure) {
  std::string label = measure.name;
  std::ranges::replace(label, '_', ' ');
  return label;
}

StudyMeasure own_measure(const std::string& name, const std::string& help, const std::string& unit,
                         bool higher_is_better) {
  return {.name = name, .help = help, .unit = unit, .higher_is_better = higher_is_better};
}

std::string mean_text(const StudyMeasure& measure, const study::Summary& summary) {
  if (summary.n == 0) return "–";
  if (!std::isfinite(summary.sd)) return measure_text(measure, summary.mean);
  if (measure.unit == "%" || summary.sd == 0) {
    return measure_text(measure, summary.mean) + " ± " + measure_text(measure, summary.sd);
  }
  // As many decimals as show two digits of the deviation.
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(summary.sd))), 0, 6);
  const std::string text =
      study::fixed_text(summary.mean, decimals) + " ± " + study::fixed_text(summary.sd, decimals);
  return measure.unit.empty() ? text : text + " " + measure.unit;
}

double mean_of(const StudyResult& result, std::size_t variant, const std::string& measure) {
  return study::summarise(variants_of(result, measure).at(variant)).mean;
}

Table outcome_table(const StudyResult& result, const std::vector<StudyMeasure>& measures,
                    const std::string& caption) {
  Table table{caption, {"variant"}, {}};
  for (const StudyVariant& variant : result.spec.variants) table.rows.push_back({variant.name});
  std::vector<study::Summary> first;
  for (const StudyMeasure& measure : measures) {
    table.header.push_back(label_of(measure));
    const std::vector<study::Summary> all = summaries_of(result, measure.name);
    if (first.empty()) first = all;
    for (std::size_t i = 0; i < all.size(); ++i) table.rows[i].push_back(mean_text(measure, all[i]));
  }
  if (!any_failed(first)) return table;
  table.header.insert(table.header.end(), {"collapsed", "diverged"});
  for (std::size_t i = 0; i < first.size(); ++i) {
    table.rows[i].push_back(rate_text(first[i].collapsed));
    table.rows[i].push_back(rate_text(first[i].diverged));
  }
  return table;
}

void add_column_of_all_runs(Table& table, const StudyResult& result, const StudyMeasure& measure) {
  StudyResult all = result;
  for (StudyRun& run : all.runs) run.collapsed = run.diverged = false;
  table.header.push_back(label_of(measure));
  const std::vector<study::Summary> summaries = summaries_of(all, measure.name);
  for (std::size_t i = 0; i < summaries.size(); ++i)
    table.rows[i].push_back(mean_text(measure, summaries[i]));
}

Figure outcome_figure(const StudyResult& result, const StudyMeasure& measure, const std::string& title,
                      const std::string& caption) {
  report::IntervalChart chart{.title = title, .x_label = axis_label(measure), .log_x = measure.unit == "s"};
  const double factor = shown_factor(measure);
  for (const study::Variant& variant : variants_of(result, measure.name)) {
    const study::Summary summary = study::summarise(variant);
    report::IntervalRow row{.name = variant.name, .note = failure_note(summary)};
    for (const study::SeedRun& run : variant.runs) {
      if (run.outcome == study::Outcome::finished) row.values.push_back(factor * run.value);
    }
    row.mean = factor * summary.mean;
    row.low = factor * summary.interval.low;
    row.high = factor * summary.interval.high;
    chart.rows.push_back(std::move(row));
  }
  return {chart, caption};
}

std::vector<std::string> verdicts(const StudyResult& result, const StudyMeasure& measure) {
  std::vector<std::string> sentences;
  for (const study::Verdict& verdict : analyse(result, measure).verdicts) {
    sentences.push_back(label_of(measure) + ": " + verdict.sentence + ".");
  }
  return sentences;
}

std::vector<std::string> failures(const StudyResult& result) {
  std::vector<std::string> sentences;
  for (const study::Variant& variant : variants_of(result, "accuracy")) {
    const study::Summary summary = study::summarise(variant);
    if (summary.collapsed.count > 0) {
      sentences.push_back(
          fmt::format("{} collapsed in {} seeds.", variant.name, rate_text(summary.collapsed)));
    }
    if (summary.diverged.count > 0) {
      sentences.push_back(fmt::format("{} diverged in {} seeds.", variant.name, rate_text(summary.diverged)));
    }
  }
  return sentences;
}

Figure sweep_figure(const StudyResult& result, const StudyMeasure& measure, const std::vector<Sweep>& sweeps,
                    const SweepChart& chart, const std::string& caption) {
  report::LineChart lines{.title = chart.title, .x_label = chart.x_label, .y_label = axis_label(measure)};
  lines.log_x = chart.log_x;
  lines.log_y = chart.log_y;
  lines.markers = chart.markers;
  const double factor = shown_factor(measure);
  const std::vector<study::Summary> all = summaries_of(result, measure.name);
  for (const Sweep& sweep : sweeps) {
    report::Series line{.name = sweep.name, .dots = true};
    report::Band band{.name = "95 % interval of " + sweep.name};
    for (std::size_t i = 0; i < sweep.variants.size(); ++i) {
      const study::Summary& summary = all.at(sweep.variants[i]);
      line.x.push_back(sweep.x[i]);
      line.y.push_back(factor * summary.mean);
      band.x.push_back(sweep.x[i]);
      band.low.push_back(factor * summary.interval.low);
      band.high.push_back(factor * summary.interval.high);
    }
    lines.series.push_back(std::move(line));
    lines.bands.push_back(std::move(band));
  }
  return {lines, caption};
}

Figure curve_figure(const std::vector<Curve>& curves, const CurveChart& chart, const std::string& caption) {
  report::LineChart lines{.title = chart.title, .x_label = chart.x_label, .y_label = chart.y_label};
  lines.log_x = chart.log_x;
  lines.log_y = chart.log_y;
  for (const Curve& curve : curves) {
    report::Series line{.name = curve.name, .x = curve.x, .dots = curve.x.size() <= 20};
    report::Band band{.name = "range of " + curve.name, .x = curve.x};
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      std::vector<double> values;
      for (const std::vector<double>& run : curve.runs) {
        if (std::isfinite(run[i])) values.push_back(run[i]);
      }
      line.y.push_back(mean(values));
      band.low.push_back(values.empty() ? none : std::ranges::min(values));
      band.high.push_back(values.empty() ? none : std::ranges::max(values));
    }
    lines.series.push_back(std::move(line));
    lines.bands.push_back(std::move(band));
  }
  return {lines, caption};
}

}  // namespace lehr::labs
