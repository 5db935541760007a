#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "lehr/study/study_spec.hpp"
#include "study_options.hpp"
#include "study_run.hpp"

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
  int workers = 0;
  bool json = false;
  bool quiet = false;
};

StudySpec spec_of(const LabOptions& options) {
  StudySpec spec = read_study_file(options.file, train_config_table());
  spec.base.out = options.runs;
  if (options.seeds > 0) spec.seeds = first_seeds(options.seeds);
  return spec;
}

int run_lab(const LabOptions& options) {
  SignalWatch watch;
  return run_and_print(spec_of(options),
                       {.workers = options.workers, .json = options.json, .quiet = options.quiet}, watch);
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
