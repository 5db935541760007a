#include "run/prepare.hpp"

#include <system_error>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/description.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/output_files.hpp"

namespace lehr::run {
namespace {

/// Takes the run's own value for each field that was not given, so that users do not have to repeat
/// options on resume.
void keep_run_options(TrainConfig& config, const TrainConfig& run, const ConfigTable& table) {
  for (const ConfigField& field : table.fields()) {
    if (!field.recorded || field.on_resume == OnResume::free || table.is_given(config, field)) continue;
    field.set(config, field.get(run));
  }
}

constexpr const char* given_by_program = "(given by the program)";

/// What a run records as its data or model if the program gave them (TrainHooks): "(given by the
/// program)", with the name that the program chose for it, if any.
std::string label_of_given(const std::string& name, const std::string& default_name) {
  return std::string(given_by_program) + (name == default_name || name.empty() ? "" : " " + name);
}

/// Throws BadInput if a run had data or a model of its program, and is resumed without. Sets `present`
/// to what the run recorded if the program gives it again.
void check_given(const std::string& recorded, bool given, const char* what, std::string& present) {
  if (!is_given_by_program(recorded)) return;
  if (!given) {
    throw BadInput(std::string("the ") + what +
                   " of this run was given by the program that trained it (TrainHooks::" + what +
                   "); resume the run with that program");
  }
  present = recorded;
}

/// Takes the rate that the run found instead of searching again.
void keep_found_rate(TrainConfig& config, const TrainConfig& run) {
  if (!config.find_lr) return;
  config.find_lr = run.find_lr;
  config.lr = run.lr;
}

/// Without this check, a store that is not a file would only be noticed at the first batch. A
/// missing store is made in a folder that is checked elsewhere.
void check_store(const std::filesystem::path& runs) {
  const std::filesystem::path store = store_in(runs);
  std::error_code error;
  if (std::filesystem::symlink_status(store, error).type() == std::filesystem::file_type::not_found) return;
  check_writable({"the run store", store});
}

/// A resumed run continues its own log, which may have been moved.
void check_log(const OutputFile& log, FileKind kind, const TrainConfig& config) {
  if (log.file.empty()) return;
  if (config.resume.empty()) {
    check_new(log);
  } else {
    check_replaceable(log, kind);
  }
}

}  // namespace

ConfigTable table_of(const TrainHooks& hooks) {
  return hooks.table == nullptr ? train_config_table() : *hooks.table;
}

SetupOptions setup_of(const TrainHooks& hooks, std::function<void(const std::string&)> warn) {
  SetupOptions setup;
  setup.data = hooks.data;
  setup.open_data = hooks.open_data;
  setup.model = hooks.model;
  setup.on_options = hooks.on_options;
  setup.on_warning = std::move(warn);
  setup.measuring = hooks.measuring;
  return setup;
}

TrainConfig prepared(TrainConfig config, const ConfigTable& table, const TrainHooks& hooks) {
  table.check_values(config);
  if (config.resume.empty()) {
    table.check_rules(config);
    if (hooks.data) config.data = label_of_given(config.data, TrainConfig().data);
    if (hooks.model) config.model = label_of_given(config.model, TrainConfig().model);
  } else {
    if (!config.save)
      throw BadInput("--no-save contradicts --resume, which goes on with the run's own options");
    const TrainConfig run = config_of_run(resume_point(config.resume).folder, table);
    check_given(run.data, hooks.data.has_value(), "data", config.data);
    check_given(run.model, static_cast<bool>(hooks.model), "model", config.model);
    keep_run_options(config, run, table);
    keep_found_rate(config, run);
    check_same_training(run, config, table);
  }
  make_schedule(config, config.epochs + 1);  // rejects wrong values before anything is loaded
  return config;
}

void make_paths_absolute(TrainConfig& config, const ConfigTable& table) {
  for (const ConfigField& field : table.fields()) {
    if (!field.absolute) continue;
    const std::string text = value_text(field.get(config));
    if (!text.empty()) field.set(config, field.absolute(text));
  }
}

void check_outputs(const TrainConfig& config) {
  const OutputFile csv{"--csv", config.csv};
  const OutputFile jsonl{"--jsonl", config.jsonl};
  std::vector<OutputFile> all{csv, jsonl};
  if (config.save) {
    const std::string store = store_in(config.out).string();
    for (const char* suffix : {"", "-wal", "-shm"}) all.push_back({"the run store", store + suffix});
  }
  check_distinct(all);
  if (config.save && config.resume.empty()) check_store(config.out);
  check_log(csv, FileKind::csv_log, config);
  check_log(jsonl, FileKind::jsonl_log, config);
}

bool is_given_by_program(const std::string& recorded) { return recorded.starts_with(given_by_program); }

std::string description_of(const DataSplits& data) {
  return "training: " + data::description_of(*data.train) +
         "; validation: " + data::description_of(*data.valid);
}

std::filesystem::path store_in(const std::filesystem::path& runs) { return runs / "lehr.db"; }

}  // namespace lehr::run
