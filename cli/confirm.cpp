#include "confirm.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <utility>

#include "arguments.hpp"
#include "config_options.hpp"
#include "diagnosed_run.hpp"
#include "interrupt.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/trial/trial.hpp"
#include "output.hpp"
#include "signal_stop.hpp"
#include "study_run.hpp"

namespace lehr::cli {
namespace {

using trial::Answer;
using trial::Trial;
using trial::TrialResult;

/// What to try: the cure of a finding, or that of the line.
Trial trial_of(const NamedRun& named, const ConfirmLine& line) {
  Trial trial{.base = config_of(named), .seeds = line.seeds, .measure = line.measure};
  trial.folder = named.runs / "trials";
  std::int64_t first_batch = 0;
  if (!line.cure.empty()) {
    trial.cure = trial::read_cure(line.cure, shared_fields());
  } else {
    const DiagnosedRun run = diagnosed(named);
    const diagnosis::Finding& finding = trial::finding_to_try(run.found, line.rule);
    trial.rule = finding.rule.name;
    for (const auto& [key, text] : finding.cure.settings) trial.cure.push_back({key, text});
    first_batch = finding.first_batch;
    if (line.measure.empty()) trial.measure = trial::measure_of_rule(trial.rule);
  }
  trial.batches = line.batches > 0 ? line.batches : trial::usual_batches(first_batch, trial.base.batch_size);
  return trial;
}

std::string options_text(const std::vector<StudySetting>& cure) {
  std::string text;
  for (const StudySetting& one : cure) text += (text.empty() ? "--" : " --") + one.key + " " + one.text;
  return text;
}

nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

void print_as_json(const NamedRun& named, const Trial& trial, const TrialResult& result) {
  nlohmann::ordered_json cure = nlohmann::ordered_json::object();
  for (const StudySetting& one : trial.cure) cure[one.key] = one.text;
  const MeasureAnalysis& analysis = result.analysis;
  const study::Comparison& compared = analysis.comparisons.front();
  print_json({{"event", "trial"},
              {"run", named.id},
              {"rule", trial.rule},
              {"cure", cure},
              {"answer", trial::answer_name(result.answer)},
              {"measure", analysis.measure.name},
              {"without", number_or_null(analysis.summaries[0].mean)},
              {"with", number_or_null(analysis.summaries[1].mean)},
              {"scale", compared.scale == study::Scale::ratio ? "log_ratio" : "difference"},
              {"effect", number_or_null(compared.effect)},
              {"low", number_or_null(compared.interval.low)},
              {"high", number_or_null(compared.interval.high)},
              {"seeds", result.study.spec.seeds},
              {"study", result.study.spec.name},
              {"runs", trial.folder.string()},
              {"says", result.sentence}});
}

void print_as_text(const Trial& trial, const TrialResult& result) {
  if (!trial.rule.empty()) std::cout << "rule:   " << trial.rule << '\n';
  std::cout << "cure:   " << options_text(trial.cure) << '\n' << "answer: " << result.sentence << '\n';
  std::cout << "runs:   " << trial.folder.string() << ", study " << result.study.spec.name << '\n';
}

/// "[2/6] with the cure, seed 0: accuracy 93.10 %; about 12 s left"
void print_progress(const StudyProgress& progress) {
  if (progress.last == nullptr) {
    if (progress.done == 0) return;
    std::fprintf(stderr, "%zu of %zu trainings are there already\n", progress.done, progress.total);
    return;
  }
  const StudyRun& run = *progress.last;
  std::string line = fmt::format("[{}/{}] {} the cure, seed {}", progress.done, progress.total,
                                 run.variant == 0 ? "without" : "with", run.seed);
  const auto accuracy = run.values.find("accuracy");
  if (run.diverged) {
    line += ": diverged";
  } else if (accuracy != run.values.end()) {
    line += ": accuracy " + measure_text(measure_named("accuracy"), accuracy->second);
  }
  if (progress.done < progress.total && progress.seconds_left) {
    line += "; about " + time_left(*progress.seconds_left) + " left";
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

/// Writes the configuration with a cure that helps. Returns the exit status.
int write_fix(const TrialResult& result, const std::filesystem::path& file) {
  if (result.answer != Answer::helps) {
    std::fprintf(stderr, "lehr: %s is not written, because the cure is not confirmed\n",
                 in_quotes(file).c_str());
    return 1;
  }
  TrainConfig config = result.cured;
  config.name.clear();
  config.study.clear();
  config.variant.clear();
  const std::string text = config_toml(config, shared_fields());
  store::write_file_atomically(file, [&](std::ostream& out) { out << text; });
  std::fprintf(stderr, "train with it: lehr train --config %s\n", shell_word(file.string()).c_str());
  return 0;
}

}  // namespace

void add_confirm(const Command& command, ConfirmLine& line) {
  const std::string group = "Try the cure";
  command
      .flag("--confirm", line.confirm,
            "train with and without the cure of the first finding, and say whether it helps")
      .group(group);
  command.option("--rule", line.rule, "try the cure of this finding")
      .type_name("NAME")
      .takes_one()
      .group(group);
  command.option("--cure", line.cure, "try these options of a training: lr=0.01,batch-norm=true")
      .type_name("KEY=VALUE,...")
      .takes_one()
      .group(group);
  add_integer(command, "--seeds", line.seeds, {2, 1000}, "seeds, each with and without the cure")
      .group(group);
  add_integer(command, "--batches", line.batches, {1, 1'000'000'000}, "shorten each training to N batches")
      .type_name("N")
      .default_str("400, or more for small batches and late findings")
      .group(group);
  command
      .option("--measure", line.measure, "what decides: accuracy, valid_loss, train_loss, train_seconds, ...")
      .type_name("NAME")
      .takes_one()
      .group(group);
  add_integer(command, "--workers", line.workers, {1, 1000}, "train N runs at a time")
      .type_name("N")
      .default_str("one for each thread, at most 8")
      .group(group);
  add_file(command, "--fix", line.fix, "write the configuration with the cure, if it helps").group(group);
}

void check_confirm(const ConfirmLine& line) {
  const ConfirmLine usual;
  if (line.confirm) {
    if (!line.rule.empty() && !line.cure.empty())
      throw BadInput("--rule contradicts --cure; give one of them");
    if (!line.fix.empty()) check_new({"--fix", line.fix});
    return;
  }
  for (const auto& [option, given] :
       {std::pair{"--rule", !line.rule.empty()}, std::pair{"--cure", !line.cure.empty()},
        std::pair{"--seeds", line.seeds != usual.seeds}, std::pair{"--batches", line.batches > 0},
        std::pair{"--measure", !line.measure.empty()}, std::pair{"--workers", line.workers > 0},
        std::pair{"--fix", !line.fix.empty()}}) {
    if (given) throw BadInput(std::string(option) + " needs --confirm");
  }
}

TrainConfig config_of(const NamedRun& named) {
  const std::filesystem::path folder = named.folder;
  if (std::filesystem::exists(folder / run_files::options)) return config_of_run(folder, shared_fields());
  const store::RunInfo info = store::RunStore(store_in(named.runs)).run(named.id);
  TrainConfig config;
  apply(config, read_toml(info.config, "the record of the run " + named.id, shared_fields()),
        shared_fields());
  return config;
}

int confirm(const NamedRun& named, const ConfirmLine& line, bool json) {
  SignalWatch watch;
  const Trial trial = trial_of(named, line);
  const SignalStop signals(watch);
  // Trainings that share the cores would disturb each other's times.
  const int workers = trial.measure == "train_seconds" ? 1 : workers_of(line.workers);
  StudyHooks hooks{.stop = signals.token(), .workers = workers};
  hooks.on_warning = [](const std::string& sentence) {
    std::fprintf(stderr, "lehr: %s\n", sentence.c_str());
  };
  if (!line.quiet) {
    std::fprintf(stderr, "trying %s\n", options_text(trial.cure).c_str());
    hooks.on_progress = print_progress;
  }
  const TrialResult result = trial::try_cure(trial, hooks);
  if (result.interrupted) {
    std::fprintf(stderr, "lehr: interrupted; the same command goes on from here\n");
    return interrupted_status;
  }
  if (json) {
    print_as_json(named, trial, result);
  } else {
    print_as_text(trial, result);
  }
  return line.fix.empty() ? 0 : write_fix(result, line.fix);
}

}  // namespace lehr::cli
