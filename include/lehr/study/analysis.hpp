#pragma once

#include <span>
#include <string>
#include <vector>

#include "lehr/study/comparison.hpp"
#include "lehr/study/study.hpp"
#include "lehr/study/summary.hpp"
#include "lehr/study/verdict.hpp"

namespace lehr {

/// One measure of a study: each variant alone, and the first one against each of the others.
struct MeasureAnalysis {
  StudyMeasure measure;
  std::vector<study::Summary> summaries{};       ///< by variant
  std::vector<study::Comparison> comparisons{};  ///< variant i + 1 against the first one
  std::vector<study::Verdict> verdicts{};        ///< of the comparisons
};

/// The runs of each variant for one measure. A run that lacks the value is left out.
std::vector<study::Variant> variants_of(const StudyResult& result, const std::string& measure);

/// One entry for each of StudySpec::measures. Comparisons of a measure are corrected as a family. The
/// bootstrap depends only on the runs, so equal runs give equal numbers. A study of one variant has no
/// comparisons.
std::vector<MeasureAnalysis> analyse(const StudyResult& result);
/// The same for one measure, which may be the program's own: it is read from StudyRun::values.
MeasureAnalysis analyse(const StudyResult& result, const StudyMeasure& measure);

/// The measure of that name: one of study_measures(), a value of epoch_measurements() (lower
/// counts as better, which is only a way to say which is larger), or a metric of the runs.
StudyMeasure measure_named(const std::string& name);
/// A value for people: "98.12 %", "12.3 s", "912.4 images", "0.0871".
std::string measure_text(const StudyMeasure& measure, double value);

}  // namespace lehr
