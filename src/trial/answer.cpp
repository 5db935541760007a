#include "trial/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "study/wording.hpp"

namespace lehr::trial {
namespace {

/// The interval of how much better the training is with the cure, in units of the measure. For a ratio:
/// natural logarithms.
study::Interval gain_of(const MeasureAnalysis& analysis) {
  const study::Interval& found = analysis.comparisons.front().interval;
  return analysis.measure.higher_is_better ? found : study::Interval{.low = -found.high, .high = -found.low};
}

/// What a cure must gain to be worth it: a tenth of what the training lacks, and a point of accuracy.
double smallest_gain(const MeasureAnalysis& analysis) {
  constexpr double share = 0.1;
  constexpr double point = 0.01;
  const double before = analysis.summaries.front().mean;
  if (analysis.comparisons.front().scale == study::Scale::ratio) return std::log1p(share);
  if (analysis.measure.higher_is_better) return std::max(point, share * (1 - before));
  return share * std::abs(before);
}

bool has_interval(const MeasureAnalysis& analysis) {
  const study::Comparison& compared = analysis.comparisons.front();
  return compared.pairs >= 2 && std::isfinite(compared.interval.low);
}

bool is_equal(const MeasureAnalysis& analysis) {
  const study::Comparison& compared = analysis.comparisons.front();
  return compared.pairs >= 2 && compared.effect == 0 && compared.sd == 0;
}

/// The first measure with an interval. Runs that failed alike may have equal accuracies, which have none.
MeasureAnalysis deciding(const StudyResult& study, const std::string& measure) {
  if (!measure.empty()) return analyse(study, measure_named(measure));
  MeasureAnalysis first = analyse(study, measure_named("accuracy"));
  if (has_interval(first)) return first;
  for (const char* name : {"valid_loss", "train_loss"}) {
    MeasureAnalysis other = analyse(study, measure_named(name));
    if (has_interval(other)) return other;
  }
  return first;
}

Answer answer_of(const MeasureAnalysis& analysis) {
  if (is_equal(analysis)) return Answer::does_not_help;
  if (!has_interval(analysis)) return Answer::cannot_tell;
  switch (analysis.verdicts.front().finding) {
    case study::Finding::better:
      return Answer::helps;
    case study::Finding::worse:
    case study::Finding::equivalent:
      return Answer::does_not_help;
    case study::Finding::undecided:
      break;
  }
  return gain_of(analysis).high < smallest_gain(analysis) ? Answer::does_not_help : Answer::cannot_tell;
}

std::string opening(Answer answer) {
  if (answer == Answer::helps) return "the cure helps";
  return answer == Answer::does_not_help ? "the cure does not help"
                                         : "it cannot be told whether the cure helps";
}

/// "accuracy is 11.20 % without it and 96.30 % with it: a difference of 85.10 points (95 % interval 80.00 to
/// 90.20, 3 seeds)"
std::string numbers(const MeasureAnalysis& analysis) {
  const study::Comparison& compared = analysis.comparisons.front();
  const std::string& name = analysis.measure.name;
  if (compared.pairs == 0) return "no seed has " + name + " with and without it";
  std::string text = fmt::format("{} is {} without it and {} with it", name,
                                 measure_text(analysis.measure, analysis.summaries[0].mean),
                                 measure_text(analysis.measure, analysis.summaries[1].mean));
  if (is_equal(analysis)) return text + ", and the same with each seed";
  if (compared.pairs < 2) return text + "; one seed shows nothing";
  if (!has_interval(analysis))
    return text + ", with the same difference for each seed, so its noise is unknown";
  const bool percent = analysis.measure.unit == "%";
  const study::EffectText effects(compared.scale, {.unit = percent ? "points" : analysis.measure.unit,
                                                   .factor = percent ? 100.0 : 1.0,
                                                   .decimals = analysis.measure.unit.empty() ? 4 : 2});
  const char* kind = compared.scale == study::Scale::ratio ? "factor" : "difference";
  return text + fmt::format(": a {} of {} (95 % interval {}, {} seeds)", kind,
                            compared.scale == study::Scale::ratio ? effects.number(compared.effect)
                                                                  : effects.amount(compared.effect),
                            effects.range(compared.interval), compared.pairs);
}

/// Whether no training with the cure learned anything. Then their losses say nothing.
bool always_fails(const StudyResult& study) {
  const auto fails = [](const StudyRun& run) { return run.variant == 0 || run.diverged || run.collapsed; };
  return !study.runs.empty() && std::ranges::all_of(study.runs, fails);
}

std::size_t failures(const StudyResult& study, std::size_t variant, bool StudyRun::*how) {
  return static_cast<std::size_t>(std::ranges::count_if(
      study.runs, [&](const StudyRun& run) { return run.variant == variant && run.*how; }));
}

/// "; 3 of 3 trainings diverged without it"
std::string failures_text(const StudyResult& study) {
  std::string text;
  const std::size_t of = study.spec.seeds.size();
  for (const auto& [how, verb] :
       {std::pair{&StudyRun::diverged, "diverged"}, std::pair{&StudyRun::collapsed, "learned nothing"}}) {
    for (const std::size_t variant : {0U, 1U}) {
      const std::size_t count = failures(study, variant, how);
      if (count == 0) continue;
      text += fmt::format("; {} of {} {} {}", count, of, verb, variant == 0 ? "without it" : "with it");
    }
  }
  return text;
}

}  // namespace

std::string answer_name(Answer answer) {
  if (answer == Answer::helps) return "helps";
  return answer == Answer::does_not_help ? "does_not_help" : "cannot_tell";
}

StudyResult with_failures(StudyResult study, std::size_t classes) {
  for (StudyRun& run : study.runs) {
    run.collapsed = false;
    if (!std::exchange(run.diverged, false)) continue;
    const auto count = static_cast<double>(std::max<std::size_t>(classes, 1));
    run.values["accuracy"] = 1 / count;
    run.values["valid_loss"] = std::log(count);
    run.values["train_loss"] = std::log(count);
  }
  return study;
}

void set_answer(TrialResult& result, const std::string& measure, std::size_t classes) {
  const bool fails = measure != "train_seconds" && always_fails(result.study);
  result.analysis = deciding(with_failures(result.study, classes), fails ? "accuracy" : measure);
  result.answer = fails ? Answer::does_not_help : answer_of(result.analysis);
  result.sentence = opening(result.answer) + ": " + numbers(result.analysis) + failures_text(result.study);
}

}  // namespace lehr::trial
