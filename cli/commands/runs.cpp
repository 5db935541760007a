#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/summary.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_lock.hpp"
#include "output.hpp"
#include "run_export.hpp"
#include "run_names.hpp"
#include "run_removal.hpp"
#include "run_tables.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* runs_examples = R"(Examples:
  lehr runs list
  lehr runs show latest
  lehr runs compare 20260101-0900 20260101-1100
  lehr runs diff 20260101-0900 20260101-1100       where two runs differ
  lehr runs export latest --table stats --out stats.csv
  lehr runs sql "SELECT layer, max(near_zero) FROM layer_stats GROUP BY layer"
  lehr runs sql "SELECT run, median(loss), quantile(loss, 0.9), stdev(loss) FROM steps GROUP BY run"
  lehr runs gc --dry-run

A run is named by its ID or the beginning of it, its title, its folder, or latest. IDs and titles are looked for in
--runs; a run that is named by its folder is found in the store beside that folder.)";

struct RunsOptions {
  std::filesystem::path runs = "runs";
  std::vector<std::string> names;
  std::string sql;
  std::string table = "epochs";
  std::string format = "csv";
  std::string sql_format = "table";
  std::filesystem::path out;
  bool yes = false;
  bool dry_run = false;
  bool lost = false;
  bool json = false;
};

/// Returns 0 for no limit if stdout is not a terminal: then lines may have any length.
std::size_t table_columns() { return is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 0; }

store::RunStore open_store(const RunsOptions& options) { return store::RunStore(store_in(options.runs)); }

store::RunStore open_store(const NamedRun& run) { return store::RunStore(store_in(run.runs)); }

NamedRun find_recorded(const RunsOptions& options, const std::string& name) {
  return find_run(name, options.runs, RunPart::records);
}

RunResult result_of(const store::RunStore& store, const std::string& id) {
  return {store.run(id), store.epochs(id)};
}

std::vector<RunResult> named_runs(const RunsOptions& options) {
  std::vector<RunResult> results;
  for (const std::string& name : options.names) {
    const NamedRun run = find_recorded(options, name);
    results.push_back(result_of(open_store(run), run.id));
  }
  return results;
}

int list(const RunsOptions& options) {
  const store::RunStore store = open_store(options);
  std::vector<RunResult> results;
  for (const store::RunInfo& info : store.runs()) results.push_back({info, store.epochs(info.id)});
  if (!options.json) std::cout << runs_text(results, table_columns());
  if (options.json) std::ranges::for_each(results, [](const RunResult& run) { print_json(run_json(run)); });
  return 0;
}

int show(const RunsOptions& options) {
  for (const std::string& name : options.names) {
    const NamedRun found = find_recorded(options, name);
    const store::RunStore store = open_store(found);
    RunResult run = result_of(store, found.id);
    run.monitors = store.monitors(found.id);
    if (!options.json) {
      std::cout << run_text(run, store.layers(found.id), table_columns());
      continue;
    }
    print_json(run_json(run));
    for (const store::EpochRow& epoch : run.epochs) print_json(epoch_json(epoch));
  }
  return 0;
}

int compare(const RunsOptions& options) {
  if (options.names.size() < 2) throw BadInput("runs compare needs two runs or more");
  const std::vector<RunResult> runs = named_runs(options);
  if (!options.json) std::cout << comparison_text(runs, table_columns());
  if (options.json) std::ranges::for_each(runs, [](const RunResult& run) { print_json(run_json(run)); });
  return 0;
}

int diff(const RunsOptions& options) {
  if (options.names.size() != 2) throw BadInput("runs diff needs two runs");
  const NamedRun a = find_recorded(options, options.names[0]);
  const NamedRun b = find_recorded(options, options.names[1]);
  std::error_code error;
  if (!std::filesystem::equivalent(store_in(a.runs), store_in(b.runs), error)) {
    throw BadInput("runs diff needs two runs of one store, found " + in_quotes(store_in(a.runs)) + " and " +
                   in_quotes(store_in(b.runs)));
  }
  const store::RunComparison comparison = open_store(a).compare(a.id, b.id);
  if (options.json) {
    print_json(difference_json(comparison));
  } else {
    std::cout << difference_text(comparison, a.id, b.id);
  }
  return 0;
}

void write_to(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write) {
  if (file.empty()) {
    write(std::cout);
  } else {
    store::write_file_atomically(file, write);
  }
}

int export_run(const RunsOptions& options) {
  const RowFormat format = row_format_by_name(options.format);
  const NamedRun run = find_recorded(options, options.names.front());
  const store::RunStore store = open_store(run);
  const std::string sql = export_sql(store, options.table, run.id);
  if (!options.out.empty()) {
    check_replaceable({"--out", options.out}, "export of the same columns", [&](std::string_view beginning) {
      return is_export(beginning, format, store.columns(sql));
    });
  }
  write_to(options.out, [&](std::ostream& out) { write_rows(store, sql, format, out); });
  return 0;
}

int sql(const RunsOptions& options) {
  const store::RunStore store = open_store(options);
  const RowFormat format = options.json ? RowFormat::jsonl : row_format_by_name(options.sql_format);
  write_rows(store, options.sql, format, std::cout);
  return 0;
}

/// Asks the user for confirmation. Programs pass --yes.
bool is_confirmed(const RunsOptions& options, const std::string& question) {
  if (options.yes) return true;
  if (isatty(STDIN_FILENO) == 0) throw BadInput(question + ": give --yes where nobody can be asked");
  std::fprintf(stderr, "%s? [y/N] ", question.c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// "run ID (title)" for one run, otherwise the number of runs.
std::string described(const std::vector<NamedRun>& runs) {
  if (runs.size() != 1) return fmt::format("{} runs", runs.size());
  const std::string title = open_store(runs.front()).run(runs.front().id).name;
  return "run " + printable(runs.front().id) + (title.empty() ? "" : " (" + printable(title) + ")");
}

int remove(const RunsOptions& options) {
  std::vector<NamedRun> runs;
  for (const std::string& name : options.names) {
    const NamedRun run = find_recorded(options, name);
    const bool running = open_store(run).run(run.id).status == store::RunStatus::running;
    if (running || store::is_locked(run.folder)) throw BadInput("run " + run.id + " is still running");
    const auto same = [&](const NamedRun& other) { return other.id == run.id && other.runs == run.runs; };
    if (std::ranges::none_of(runs, same)) runs.push_back(run);
  }
  if (!is_confirmed(options, "remove " + described(runs) + " with models and checkpoints")) return 0;
  const Removal removal = remove_runs_with_folders(runs);
  for (const NamedRun& run : removal.removed) {
    if (options.json) print_json({{"event", "removed"}, {"run", run.id}});
    if (!options.json) std::cout << "removed " << one_line(run.id) << '\n';
  }
  if (removal.failure) throw Error(*removal.failure);
  return 0;
}

int collect_garbage(const RunsOptions& options) {
  const std::vector<Garbage> garbage = find_garbage(options.runs, open_store(options), options.lost);
  std::uintmax_t bytes = 0;
  for (const Garbage& one : garbage) {
    bytes += one.bytes;
    const std::string what = one.path.empty() ? "records of " + one.run : one.path.string();
    if (options.json)
      print_json({{"event", "garbage"}, {"what", what}, {"why", one.why}, {"bytes", one.bytes}});
    if (!options.json)
      std::cout << one_line(what) << " (" << one.why << ", "
                << human_bytes(static_cast<std::int64_t>(one.bytes)) << ")\n";
  }
  if (!options.dry_run) remove_garbage(options.runs, garbage);
  if (!options.json) {
    std::cout << (options.dry_run ? "would free " : "freed ") << human_bytes(static_cast<std::int64_t>(bytes))
              << '\n';
  }
  return 0;
}

void add_names(const Command& command, RunsOptions& options, const char* help) {
  command.option("RUN", options.names, help).required().takes_all();
}

}  // namespace

void register_runs(Commands& registry) {
  Command group = registry.add_group("runs", "Look at, compare, export and remove runs.", runs_examples);
  const auto options = std::make_shared<RunsOptions>();
  const auto add = [&](const char* name, const char* description,
                       int (*action)(const RunsOptions&)) -> Command {
    Command command = registry.add(
        name, description, runs_examples, [options, action] { return action(*options); }, &group);
    add_runs_folder(command, options->runs);
    return command;
  };
  const auto add_json = [&](const Command& command) {
    command.flag("--json", options->json, "print JSON on stdout, one object on each line");
  };

  add_json(add("list", "List all runs of a folder, oldest first.", list));

  const Command& show_command =
      add("show", "Print everything about runs: options, machine, epochs, layers.", show);
  add_names(show_command, *options, "runs");
  add_json(show_command);

  const Command& compare_command =
      add("compare", "Print the options that differ between runs, and their results.", compare);
  add_names(compare_command, *options, "two runs or more");
  add_json(compare_command);

  const Command& diff_command =
      add("diff", "Find the first batch, layer and statistic in which two runs differ.", diff);
  add_names(diff_command, *options, "two runs");
  add_json(diff_command);

  Command export_command = add("export", "Write a run's numbers for other programs.", export_run);
  export_command.option("RUN", options->names, "the run").required().takes_one();
  std::string tables;
  for (const std::string& table : export_tables()) tables += (tables.empty() ? "" : ", ") + table;
  export_command.option("--table", options->table, "one of " + tables)
      .type_name("NAME")
      .default_str("epochs");
  export_command.option("--format", options->format, "csv, jsonl or table")
      .type_name("NAME")
      .default_str("csv");
  add_file(export_command, "--out", options->out, "a file; stdout without it");

  const Command& sql_command =
      add("sql", "Query the store with SQL; docs/run-store.md describes its tables and functions.", sql);
  sql_command.option("SELECT", options->sql, "one statement that changes nothing").required();
  sql_command.option("--format", options->sql_format, "table, csv or jsonl")
      .type_name("NAME")
      .default_str("table");
  add_json(sql_command);

  Command remove_command = add("rm", "Remove runs with their models and checkpoints.", remove);
  add_names(remove_command, *options, "runs");
  remove_command.flag("--yes", options->yes, "do not ask");
  add_json(remove_command);

  const Command& gc_command =
      add("gc", "Remove checkpoints of runs that are done, and left-over temporary files.", collect_garbage);
  gc_command.flag("--dry-run", options->dry_run, "print what would be removed, and remove nothing");
  gc_command.flag("--lost", options->lost,
                  "also records of runs without a folder: removed by hand, or recorded by a program");
  add_json(gc_command);
}

}  // namespace lehr::cli
