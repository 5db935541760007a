#include "study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "lehr/core/parallel.hpp"
#include "lehr/study/analysis.hpp"
#include "output.hpp"
#include "signal_stop.hpp"
#include "study_table.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void print_study(const StudySpec& spec) {
  nlohmann::ordered_json object{{"event", "study"}, {"name", spec.name}, {"seeds", spec.seeds}};
  object["variants"] = nlohmann::ordered_json::array();
  for (const StudyVariant& variant : spec.variants) object["variants"].push_back(variant.name);
  print_json(object);
}

void print_progress(const StudySpec& spec, const StudyProgress& progress) {
  if (progress.last != nullptr) {
    const StudyRun& run = *progress.last;
    std::string line = fmt::format("[{}/{}] {}, seed {}: {}", progress.done, progress.total,
                                   spec.variants[run.variant].name, run.seed, outcome_text(spec, run));
    if (progress.done < progress.total && progress.seconds_left) {
      line += "; about " + time_left(*progress.seconds_left) + " left";
    }
    std::fprintf(stderr, "%s\n", line.c_str());
  } else if (progress.done > 0) {
    std::fprintf(stderr, "%zu of %zu runs are there already\n", progress.done, progress.total);
  }
}

void print_run(const StudySpec& spec, const StudyRun& run) {
  nlohmann::ordered_json object{{"event", "run"},
                                {"id", run.id},
                                {"variant", spec.variants[run.variant].name},
                                {"seed", run.seed},
                                {"diverged", run.diverged},
                                {"collapsed", run.collapsed}};
  object["values"] = run.values;
  print_json(object);
}

nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

void print_summary_of(const std::string& variant, const std::string& measure, const study::Summary& summary) {
  print_json({{"event", "summary"},
              {"measure", measure},
              {"variant", variant},
              {"runs", summary.n},
              {"mean", number_or_null(summary.mean)},
              {"sd", number_or_null(summary.sd)},
              {"low", number_or_null(summary.interval.low)},
              {"high", number_or_null(summary.interval.high)},
              {"collapsed", summary.collapsed.count},
              {"diverged", summary.diverged.count}});
}

void print_analysis(const StudySpec& spec, const MeasureAnalysis& analysis) {
  for (std::size_t i = 0; i < analysis.summaries.size(); ++i) {
    print_summary_of(spec.variants[i].name, analysis.measure.name, analysis.summaries[i]);
  }
  for (std::size_t i = 0; i < analysis.comparisons.size(); ++i) {
    const study::Comparison& comparison = analysis.comparisons[i];
    print_json({{"event", "comparison"},
                {"measure", analysis.measure.name},
                {"a", comparison.a},
                {"b", comparison.b},
                {"scale", comparison.scale == study::Scale::ratio ? "log_ratio" : "difference"},
                {"pairs", comparison.pairs},
                {"failed", comparison.failed},
                {"effect", number_or_null(comparison.effect)},
                {"low", number_or_null(comparison.interval.low)},
                {"high", number_or_null(comparison.interval.high)},
                {"p_adjusted", number_or_null(comparison.p_adjusted)},
                {"finding", study::finding_name(analysis.verdicts[i].finding)},
                {"verdict", analysis.verdicts[i].sentence}});
  }
}

StudyHooks hooks_of(const StudySpec& spec, const StudyOutput& output, const SignalStop& signals) {
  StudyHooks hooks{.stop = signals.token(), .workers = workers_of(output.workers)};
  hooks.table = output.table;
  hooks.on_warning = [](const std::string& sentence) {
    std::fprintf(stderr, "lehr: %s\n", sentence.c_str());
  };
  if (!output.quiet)
    hooks.on_progress = [&spec](const StudyProgress& progress) { print_progress(spec, progress); };
  if (output.json) hooks.on_run = [&spec](const StudyRun& run) { print_run(spec, run); };
  return hooks;
}

}  // namespace

int workers_of(int asked) {
  constexpr int most_by_default = 8;  // each run holds its own copy of the data
  return asked > 0 ? asked : std::min(threads(), most_by_default);
}

std::string time_left(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return seconds < 5400 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

int run_and_print(const StudySpec& spec, const StudyOutput& output, SignalWatch& watch) {
  check_study(spec, output.table != nullptr ? *output.table : train_config_table());
  if (output.json) print_study(spec);
  if (!output.quiet) {
    std::fprintf(stderr, "study %s: %s, %s\n", spec.name.c_str(),
                 counted(spec.variants.size(), "variant").c_str(),
                 counted(spec.seeds.size(), "seed").c_str());
  }
  const SignalStop signals(watch);
  const StudyResult result = run_study(spec, hooks_of(spec, output, signals));
  if (output.json) {
    for (const MeasureAnalysis& analysis : analyse(result)) print_analysis(spec, analysis);
  } else {
    std::cout << study_text(result, is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 0);
  }
  if (!result.interrupted) return 0;
  std::fprintf(stderr, "lehr: interrupted; the same command goes on from here\n");
  return interrupted_status;
}

}  // namespace lehr::cli
