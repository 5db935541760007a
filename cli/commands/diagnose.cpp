#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "confirm.hpp"
#include "diagnosed_run.hpp"
#include "diagnosis_text.hpp"
#include "lehr/core/error.hpp"
#include "lehr/diagnosis/diagnosis.hpp"
#include "output.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace {

constexpr const char* diagnose_examples = R"(Examples:
  lehr diagnose latest
  lehr diagnose 20260101-0900 --json
  lehr train --stats --stats-gradients --stats-channels ...     records what all rules need
  lehr diagnose --rules                                         what is looked for
  lehr diagnose latest --confirm                                tries the cure of the first finding
  lehr diagnose latest --confirm --rule dead-layer --seeds 5 --fix cured.toml
  lehr diagnose latest --confirm --cure lr=0.01,batch-norm=true
  lehr diagnose --checks --data mnist:DIR --batch-norm          checks a training before it begins
  lehr diagnose latest --checks=overfit,gradients

Says why a training fails or disappoints: each finding with its numbers, what it usually means and the option that
mends it. Causes come first; what they explain is listed under them. A run is named by its ID or the beginning of it,
its title, its folder, or latest. docs/diagnosis has a page for each rule.

--confirm trains the run's configuration with and without a cure, with the same seeds, for some hundred batches, and
says whether the cure helps. Ctrl-C loses nothing; the same command goes on. --checks takes the options of a training.
Exit status: 0 done, 1 a check failed, --fix without a confirmed cure and anything else, 2 wrong usage or bad input,
130 interrupted.)";

struct DiagnoseOptions {
  std::filesystem::path runs = "runs";
  std::vector<std::string> names;
  bool rules = false;
  bool json = false;
  ConfirmLine confirm;
  ChecksLine checks;
};

void list_rules(bool json) {
  for (const diagnosis::RuleInfo& rule : diagnosis::all_rules()) {
    if (json) {
      print_json({{"event", "rule"}, {"rule", rule.name}, {"title", rule.title}, {"means", rule.meaning}});
    } else {
      std::cout << rule.name << "\n  " << rule.title << ". " << rule.meaning << '\n';
    }
  }
}

void print_diagnosis(const store::RunInfo& run, const diagnosis::Findings& found, bool json) {
  if (!json) {
    std::cout << one_line(run.name.empty() ? run.id : run.name + " (" + run.id + ")") << "\n\n"
              << diagnosis_text(found);
    return;
  }
  for (const diagnosis::Finding& finding : found.causes) {
    nlohmann::ordered_json object{{"event", "finding"}, {"run", run.id}};
    object.update(finding_json(finding));
    print_json(object);
  }
  nlohmann::ordered_json not_checked = nlohmann::ordered_json::object();
  for (const diagnosis::NotChecked& one : found.not_checked) not_checked[one.needs] = one.rules;
  print_json({{"event", "diagnosis"},
              {"run", run.id},
              {"findings", found.causes.size()},
              {"line", found.line()},
              {"not_checked", not_checked}});
}

/// The checks of a run's training, or of the training that the options mean.
int check_training(const DiagnoseOptions& options) {
  if (options.rules || options.confirm.confirm) throw BadInput("--checks contradicts --rules and --confirm");
  if (options.names.size() > 1) throw BadInput("--checks takes one RUN or the options of a training");
  TrainConfig config;
  if (options.names.empty()) {
    config = training_of(options.checks);
  } else {
    const std::vector<std::string> given = shared_fields().given_keys(options.checks.config);
    if (!given.empty())
      throw BadInput("--" + given.front() + " contradicts RUN, whose options --checks takes");
    config = config_of(find_run(options.names.front(), options.runs, RunPart::records));
  }
  return run_checks(config, options.checks, options.json, options.confirm.quiet);
}

int diagnose(const DiagnoseOptions& options) {
  check_confirm(options.confirm);
  check_checks(options.checks);
  if (options.checks.asked) return check_training(options);
  if (options.rules) {
    if (options.confirm.confirm) throw BadInput("--rules contradicts --confirm");
    if (!options.names.empty()) throw BadInput("--rules lists the rules; it goes without a RUN");
    list_rules(options.json);
    return 0;
  }
  if (options.names.empty()) throw BadInput("diagnose needs a RUN, such as latest");
  if (options.confirm.confirm) {
    if (options.names.size() > 1) throw BadInput("--confirm takes one RUN");
    return confirm(find_run(options.names.front(), options.runs, RunPart::records), options.confirm,
                   options.json);
  }
  bool first = true;
  for (const std::string& name : options.names) {
    const DiagnosedRun run = diagnosed(find_run(name, options.runs, RunPart::records));
    if (!options.json && !first) std::cout << '\n';
    first = false;
    print_diagnosis(run.info, run.found, options.json);
  }
  return 0;
}

}  // namespace

void register_diagnose(Commands& registry) {
  const auto options = std::make_shared<DiagnoseOptions>();
  Command command = registry.add("diagnose", "Say why a training fails or disappoints, and what mends it.",
                                 diagnose_examples, [options] { return diagnose(*options); });
  command.option("RUN", options->names, "runs").takes_all();
  add_runs_folder(command, options->runs);
  command.flag("--rules", options->rules, "list what is looked for");
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
  command.flag("--quiet", options->confirm.quiet, "print no progress");
  add_confirm(command, options->confirm);
  add_checks(command, options->checks);
}

}  // namespace lehr::cli
