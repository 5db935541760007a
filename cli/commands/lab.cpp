#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/study/analysis.hpp"
#include "lehr/study/study.hpp"
#include "output.hpp"
#include "signal_stop.hpp"
#include "study_table.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* lab_examples = R"(Examples:
  lehr lab kernels.toml
  lehr lab kernels.toml --seeds 10
  lehr lab kernels.toml --json

The file names options of lehr train and the values to try (docs/studies.md has the format):

  [base]
  data = "digits:5000"
  epochs = 2
  [axes]
  first-kernel = [3, 5, 7]

Ctrl-C saves a checkpoint and stops; the same command goes on from there. Exit status: 0 done, 2 wrong usage or bad
input, 130 interrupted, 1 anything else.)";

struct LabOptions {
  std::string file;
  std::filesystem::path runs = "runs";
  std::int64_t seeds = 0;
  std::int64_t workers = 0;
  bool json = false;
  bool quiet = false;
};

StudySpec spec_of(const LabOptions& options) {
  StudySpec spec = read_study_file(options.file, train_config_table());
  spec.base.out = options.runs;
  if (options.seeds > 0) {
    spec.seeds.clear();
    for (std::int64_t i = 0; i < options.seeds; ++i) spec.seeds.push_back(static_cast<std::uint64_t>(i));
  }
  return spec;
}

int workers_of(const LabOptions& options) {
  constexpr int most_by_default = 8;  // each run holds its own copy of the data
  if (options.workers > 0) return static_cast<int>(options.workers);
  return std::min(threads(), most_by_default);
}

std::string time_left(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return seconds < 5400 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
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

void print_analysis(const MeasureAnalysis& analysis) {
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

int run_lab(const LabOptions& options) {
  SignalWatch watch;
  const StudySpec spec = spec_of(options);
  const SignalStop signals(watch);
  StudyHooks hooks{.stop = signals.token(), .workers = workers_of(options)};
  hooks.on_warning = [](const std::string& sentence) {
    std::fprintf(stderr, "lehr: %s\n", sentence.c_str());
  };
  if (!options.quiet)
    hooks.on_progress = [&spec](const StudyProgress& progress) { print_progress(spec, progress); };
  if (options.json) hooks.on_run = [&spec](const StudyRun& run) { print_run(spec, run); };
  const StudyResult result = run_study(spec, hooks);
  if (options.json) {
    for (const MeasureAnalysis& analysis : analyse(result)) print_analysis(analysis);
  } else {
    std::cout << study_text(result, is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 0);
  }
  if (!result.interrupted) return 0;
  std::fprintf(stderr, "lehr: interrupted; the same command goes on from here\n");
  return interrupted_status;
}

}  // namespace

void register_lab(Commands& registry) {
  const auto options = std::make_shared<LabOptions>();
  const Command command = registry.add("lab", "Compare trainings: run a study and say what it shows.",
                                       lab_examples, [options] { return run_lab(*options); });
  command.option("FILE", options->file, "a study (docs/studies.md)").required().takes_one();
  add_integer(command, "--seeds", options->seeds, {1, 1000}, "train each variant with N seeds, from 0 on")
      .default_str("those in the file");
  add_integer(command, "--workers", options->workers, {1, 1000},
              "train N runs at a time, with few threads each")
      .default_str("one for each thread, at most 8");
  add_runs_folder(command, options->runs);
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
  command.flag("--quiet", options->quiet, "print no progress");
}

}  // namespace lehr::cli
