#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/report/page.hpp"
#include "lehr/report/text.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_store.hpp"
#include "output.hpp"
#include "run_names.hpp"
#include "study_runs.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* report_examples = R"(Examples:
  lehr report latest                       writes runs/ID/report.html
  lehr report 20260101-0900 20260101-1100 --out both.html
  lehr report --study kernels --out kernels.html
  lehr report latest --text                a short version in the terminal

The page needs nothing but a browser: no network, no other file. A run is named by its ID or the beginning of it,
its title, its folder, or latest.)";

struct ReportOptions {
  std::filesystem::path runs = "runs";
  std::vector<std::string> names;
  std::string study;
  std::filesystem::path out;
  bool text = false;
  bool json = false;
};

std::vector<NamedRun> find_runs(const ReportOptions& options) {
  std::vector<NamedRun> found;
  if (!options.study.empty()) found = runs_of_study(options.study, options.runs);
  for (const std::string& name : options.names) {
    found.push_back(find_run(name, options.runs, RunPart::records));
  }
  return found;
}

/// The page of many runs has less of each.
std::vector<store::RunRecords> read_runs(const std::vector<NamedRun>& named, const ReportOptions& options) {
  constexpr std::size_t full_runs = 8;
  store::ReadOptions wanted{.pictures = !options.text};
  wanted.most_steps =
      std::max<std::size_t>(wanted.most_steps * full_runs / std::max(named.size(), full_runs), 50);
  std::vector<store::RunRecords> runs;
  for (const NamedRun& run : named) {
    runs.push_back(store::RunStore(store_in(run.runs)).read(run.id, wanted));
  }
  return runs;
}

std::size_t text_columns() { return is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 120; }

/// The file of the page. The page of one run is written to its folder if that exists, otherwise to
/// the current folder.
std::filesystem::path page_of(const ReportOptions& options, const std::vector<NamedRun>& runs) {
  if (!options.out.empty()) return options.out;
  const std::filesystem::path& folder = runs.front().folder;
  std::error_code error;
  const bool there = std::filesystem::is_directory(folder, error);
  if (error && error != std::errc::no_such_file_or_directory) throw_not_read(folder, error.value());
  const bool into_folder = there && runs.size() == 1;
  return into_folder ? folder / "report.html" : std::filesystem::path("report.html");
}

int report(const ReportOptions& options) {
  if (options.text && (!options.out.empty() || options.json)) {
    throw BadInput("--text writes to the terminal; it goes with neither --out nor --json");
  }
  if (options.names.empty() && options.study.empty()) throw BadInput("report needs a RUN or --study NAME");
  const std::vector<NamedRun> named = find_runs(options);
  const std::vector<store::RunRecords> runs = read_runs(named, options);
  if (options.text) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      std::cout << (i > 0 ? "\n" : "") << report::run_text(runs[i], text_columns());
    }
    return 0;
  }
  const std::filesystem::path page = page_of(options, named);
  check_replaceable({"--out", page}, FileKind::page);
  store::write_file_atomically(page, [&](std::ostream& out) { report::write_page(out, runs); });
  if (options.json) {
    nlohmann::ordered_json ids = nlohmann::ordered_json::array();
    for (const store::RunRecords& run : runs) ids.push_back(run.info.id);
    print_json({{"event", "report"}, {"runs", ids}, {"path", page.string()}});
  } else {
    std::cout << page.string() << '\n';
  }
  return 0;
}

}  // namespace

void register_report(Commands& registry) {
  const auto options = std::make_shared<ReportOptions>();
  Command command = registry.add("report", "Write a page that shows how runs went.", report_examples,
                                 [options] { return report(*options); });
  command.option("RUN", options->names, "runs").takes_all();
  command.option("--study", options->study, "all runs of a study: lehr lab, lehr train --vary")
      .type_name("NAME");
  add_runs_folder(command, options->runs);
  add_file(command, "--out", options->out,
           "the page; by default report.html, in the folder of the run if that is there and is the only one, "
           "else in the current folder");
  command.flag("--text", options->text, "a short version for the terminal instead");
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
}

}  // namespace lehr::cli
