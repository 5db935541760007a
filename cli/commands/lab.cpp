#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "lab_run.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/study/study.hpp"
#include "lehr/study/study_spec.hpp"
#include "study_options.hpp"
#include "study_run.hpp"

namespace lehr::cli {
namespace {

constexpr const char* lab_examples = R"(Examples:
  lehr lab                                      lists the labs
  lehr lab widths --budget quick
  lehr lab batch-size --data mnist:DIR
  lehr lab all --data mnist:DIR --pages answers
  lehr lab kernels.toml --seeds 10

A lab answers a question about training with an experiment on your data, and writes a page with the answer. A file
is a study of your own. It names options of lehr train and the values to try (docs/studies.md has the format):

  [base]
  data = "digits:5000"
  epochs = 2
  [axes]
  first-kernel = [3, 5, 7]

Ctrl-C saves a checkpoint and stops; the same command goes on from there. Exit status: 0 done, 2 wrong usage or bad
input, 130 interrupted, 1 anything else.)";

struct LabOptions {
  std::string file;
  LabLine lab{};
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
  try {
    check_study(spec, train_config_table());
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(std::filesystem::path(options.file)) + ": " + error.what());
  }
  return spec;
}

bool is_study_file(const std::string& name) {
  return name.ends_with(".toml") || name.find('/') != std::string::npos;
}

/// Throws BadInput if an option is given that belongs to a lab.
void check_no_lab_options(const LabOptions& options, const std::string& instead) {
  const LabLine& lab = options.lab;
  for (const auto& [option, given] : {std::pair{"--data", !lab.data.empty()},
                                      {"--model", !lab.model.empty()},
                                      {"--budget", lab.budget != LabLine().budget},
                                      {"--pages", !lab.pages.empty()},
                                      {"--markdown", lab.markdown}}) {
    if (given) throw BadInput(std::string(option) + " is an option of a lab; " + instead);
  }
}

int run_lab(const LabOptions& options) {
  if (options.file.empty()) {
    check_no_lab_options(options, "name one, such as lehr lab widths");
    if (options.seeds > 0) throw BadInput("--seeds needs the name of a lab, or a file with a study");
    print_labs(options.json);
    return 0;
  }
  if (is_study_file(options.file))
    check_no_lab_options(options, "a file with a study says the same in [base]");
  if (!is_study_file(options.file)) {
    LabLine line = options.lab;
    line.name = options.file;
    line.runs = options.runs;
    line.seeds = options.seeds;
    line.workers = options.workers;
    line.json = options.json;
    line.quiet = options.quiet;
    return run_labs(line);
  }
  SignalWatch watch;
  return run_and_print(spec_of(options),
                       {.workers = options.workers, .json = options.json, .quiet = options.quiet}, watch);
}

}  // namespace

void register_lab(Commands& registry) {
  const auto options = std::make_shared<LabOptions>();
  const Command command = registry.add("lab", "Compare trainings: run a study and say what it shows.",
                                       lab_examples, [options] { return run_lab(*options); });
  command
      .option("NAME", options->file,
              "a lab, all, or a file with a study (docs/studies.md); without it, list the labs")
      .takes_one();
  command.option("--data", options->lab.data, "data of a lab, as for lehr train").takes_one();
  command.option("--model", options->lab.model, "network of a lab").takes_one();
  command.option("--budget", options->lab.budget, "how much a lab trains: quick, normal, thorough")
      .takes_one();
  command.option("--pages", options->lab.pages, "folder of a lab's pages")
      .takes_one()
      .default_str("RUNS/labs");
  command.flag("--markdown", options->lab.markdown, "write a lab's pages as Markdown too");
  add_integer(command, "--seeds", options->seeds, {1, 1000}, "train each variant with N seeds, from 0 on")
      .default_str("those of the budget or of the file");
  add_integer(command, "--workers", options->workers, {1, 1000},
              "train N runs at a time, with few threads each")
      .default_str("one for each thread, at most 8");
  add_runs_folder(command, options->runs);
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
  command.flag("--quiet", options->quiet, "print no progress");
}

}  // namespace lehr::cli
