#include "checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <vector>

#include "config_options.hpp"
#include "interrupt.hpp"
#include "lehr/checks/checks.hpp"
#include "lehr/core/error.hpp"
#include "lehr/run/option_text.hpp"
#include "measuring.hpp"
#include "output.hpp"
#include "recipes.hpp"
#include "run_names.hpp"
#include "signal_stop.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

using checks::CheckReport;
using checks::CheckResult;
using checks::Outcome;

/// Fields that change a step and do not belong to the Learner.
constexpr const char* step_fields[] = {
    "epochs",         "lr",        "schedule",   "warm-up",       "lr-end",    "cooldown",
    "cooldown-shape", "clip-norm", "clip-value", "clip-adaptive", "accumulate"};

std::string names_of_checks() {
  std::string text;
  for (const checks::CheckInfo& check : checks::all_checks()) text += (text.empty() ? "" : ", ") + check.name;
  return text;
}

void print_as_text(const CheckResult& result) {
  std::cout << fmt::format("{:8} {}: {}\n", checks::outcome_name(result.outcome), result.name, result.found)
            << "         expected: " << result.expected << "\n         " << result.did
            << fmt::format(" ({:.1f} s)\n", result.seconds);
  if (!result.advice.empty()) std::cout << "         means: " << result.advice << '\n';
  std::cout.flush();
}

void print_as_json(const CheckResult& result) {
  print_json({{"event", "check"},
              {"check", result.name},
              {"outcome", checks::outcome_name(result.outcome)},
              {"did", result.did},
              {"expected", result.expected},
              {"found", result.found},
              {"means", result.advice},
              {"seconds", result.seconds}});
}

void print_counts(const CheckReport& report) {
  nlohmann::ordered_json counts{{"event", "checks"}};
  for (const Outcome outcome : {Outcome::passed, Outcome::failed, Outcome::unclear}) {
    counts[checks::outcome_name(outcome)] =
        std::ranges::count(report.results, outcome, &CheckResult::outcome);
  }
  print_json(counts);
}

}  // namespace

void add_checks(const Command& command, ChecksLine& line) {
  const std::string group = "Checks before training";
  command
      .option_or_flag(
          "--checks",
          [&line](const std::string& names) {
            line.asked = true;
            line.names = names;
          },
          "check a training before it begins, that of the options or of a RUN; these checks or all: " +
              names_of_checks())
      .type_name("NAME,...")
      .group(group);
  command.option("--recipe", line.recipe, recipe_help()).type_name("NAME").group(group);
  add_learner_fields(command, shared_fields(), line.config);
  for (const char* key : step_fields) add_field(command, shared_fields(), key, line.config).group("Recipe");
  add_field(command, shared_fields(), "threads", line.config).group("Execution");
}

void check_checks(const ChecksLine& line) {
  if (line.asked) return;
  const std::vector<std::string> given = shared_fields().given_keys(line.config);
  if (!given.empty()) throw BadInput("--" + given.front() + " needs --checks");
  if (!line.recipe.empty()) throw BadInput("--recipe needs --checks");
}

TrainConfig training_of(const ChecksLine& line) {
  TrainConfig config = on_recipe(line.config, line.recipe, shared_fields());
  shared_fields().check_rules(config);
  find_weights(config);
  return config;
}

int run_checks(const TrainConfig& config, const ChecksLine& line, bool json, bool quiet) {
  SignalWatch watch;
  const SignalStop signals(watch);
  checks::CheckHooks hooks{.stop = signals.token()};
  const bool live = is_terminal(2) && !quiet;
  if (live) hooks.setup.measuring = show_measuring();
  hooks.setup.on_warning = warnings(live, json);
  hooks.on_result = json ? print_as_json : print_as_text;
  const CheckReport report = checks::run_checks(
      config, line.names.empty() ? std::vector<std::string>() : split_list(line.names), hooks);
  if (report.interrupted) {
    std::fprintf(stderr, "lehr: interrupted\n");
    return interrupted_status;
  }
  if (json) print_counts(report);
  return report.passed() ? 0 : 1;
}

}  // namespace lehr::cli
