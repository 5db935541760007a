#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/labs/document.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/study/analysis.hpp"
#include "lehr/study/study.hpp"
#include "lehr/study/summary.hpp"
#include "lehr/study/trend.hpp"

/// Tables, figures and sentences from results of studies.
namespace lehr::labs {

/// Every variant combined with every value of the axis. Its name gets ", KEY VALUE".
std::vector<StudyVariant> crossed(const std::vector<StudyVariant>& variants, const StudyAxis& axis);

/// The text of a setting of a variant; empty if it does not set that key.
std::string setting_of(const StudyVariant& variant, const std::string& key);

/// The variants that crossed() made with this value, under their names before.
StudyResult only(const StudyResult& result, const std::string& key, const std::string& value);
/// The variants whose indices are given, in that order.
StudyResult picked(const StudyResult& result, const std::vector<std::size_t>& variants);

/// The variants before crossed() added the axis `key`, each with its best value of it. For each seed, the
/// value is the one with the best mean over the *other* seeds. So a variant does not profit from luck in the
/// choice, and a variant with more values to choose from does not either.
struct Tuned {
  StudyResult result;
  std::vector<std::string> chosen{};  ///< by variant: the value that most seeds use
};
Tuned tuned(const StudyResult& result, const std::string& key, const StudyMeasure& measure);

/// One line for each variant: mean and standard deviation of the measures, and failures if there are any.
Table outcome_table(const StudyResult& result, const std::vector<StudyMeasure>& measures,
                    const std::string& caption = "");
/// Adds mean and standard deviation of a measure over all runs, also those that failed: it shows how they
/// failed.
void add_column_of_all_runs(Table& table, const StudyResult& result, const StudyMeasure& measure);
/// The variants one below the other: each run, the mean and its 95 % interval.
Figure outcome_figure(const StudyResult& result, const StudyMeasure& measure, const std::string& title,
                      const std::string& caption = "");
/// The verdicts of all comparisons with the first variant.
std::vector<std::string> verdicts(const StudyResult& result, const StudyMeasure& measure);
/// One sentence on failed runs for each variant that has some: "base collapsed in 2 of 5 seeds".
std::vector<std::string> failures(const StudyResult& result);

/// Which variant is best, which cannot be told from it, and which are worse: "At equal cost, double has the
/// best accuracy (98.1 %). 5 seeds cannot tell it from sqrt2. It beats keep by 0.5 points (0.3 to 0.8)."
std::string best_sentence(const StudyResult& result, const StudyMeasure& measure, const std::string& when);

/// A table of the measures, a figure of the first one, and the verdicts on it.
Section outcome_section(const std::string& title, const StudyResult& result,
                        const std::vector<StudyMeasure>& measures, const std::string& caption = "");
/// The same under two protocols: with the fixed rate `lr` for all variants, and with a rate that is tuned for
/// each. The variants are crossed with rates.
std::vector<Section> protocol_sections(const std::string& title, const StudyResult& result,
                                       const std::string& lr, const std::vector<StudyMeasure>& measures);

/// A line through variants along a numeric axis, with the interval of the mean as its band.
struct Sweep {
  std::string name;
  std::vector<std::size_t> variants{};  ///< indices in the result
  std::vector<double> x{};              ///< of each variant
};
/// One line through all variants, at the numbers of their setting `key`.
Sweep sweep_of(const StudyResult& result, const std::string& name, const std::string& key);
/// A line for each variant before crossed() added the axis `key`.
std::vector<Sweep> sweeps_by(const StudyResult& result, const std::string& key);

struct SweepChart {
  std::string title;
  std::string x_label;
  bool log_x = true;
  bool log_y = false;
  std::vector<report::Marker> markers{};
};
Figure sweep_figure(const StudyResult& result, const StudyMeasure& measure, const std::vector<Sweep>& sweeps,
                    const SweepChart& chart, const std::string& caption = "");

/// Mean and spread over seeds of a series of each run, such as the losses by epoch.
struct CurveChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool log_y = false;
};
struct Curve {
  std::string name;
  std::vector<double> x{};
  std::vector<std::vector<double>> runs{};  ///< each as long as x
};
/// The band reaches from the smallest to the largest run.
Figure curve_figure(const std::vector<Curve>& curves, const CurveChart& chart,
                    const std::string& caption = "");

/// What sentences and tables call a measure: "best accuracy".
std::string label_of(const StudyMeasure& measure);

/// A measure of the lab's own.
StudyMeasure own_measure(const std::string& name, const std::string& help, const std::string& unit = "",
                         bool higher_is_better = false);

/// "0.123 ± 0.004", with the measure's unit.
std::string mean_text(const StudyMeasure& measure, const study::Summary& summary);

/// The mean of a measure over the finished runs of a variant; NaN if there is none.
double mean_of(const StudyResult& result, std::size_t variant, const std::string& measure);

}  // namespace lehr::labs
