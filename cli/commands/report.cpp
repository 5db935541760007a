#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "lehr/core/error.hpp"
#include "lehr/report/page.hpp"
#include "lehr/report/text.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_store.hpp"
#include "output.hpp"
#include "run_names.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* examples = R"(Examples:
  lehr report latest                       writes runs/ID/report.html
  lehr report 20260101-0900 20260101-1100 --out both.html
  lehr report latest --text                a short version in the terminal

The page needs nothing but a browser: no network, no other file. A run is named by its name or the beginning of it,
its folder, or latest.)";

struct ReportOptions {
  std::filesystem::path runs = "runs";
  std::vector<std::string> names;
  std::filesystem::path out;
  bool text = false;
  bool json = false;
};

std::vector<store::RunRecords> read_runs(const ReportOptions& options) {
  const store::RunStore store(store_in(options.runs));
  std::vector<store::RunRecords> runs;
  for (const std::string& name : options.names) {
    runs.push_back(store.read(find_stored_run(store, name).id, {.pictures = !options.text}));
  }
  return runs;
}

std::size_t columns_of_stdout() {
  return is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 120;
}

/// Of one run into its folder where that is still there, else into the current folder.
std::filesystem::path page_of(const ReportOptions& options, const std::vector<store::RunRecords>& runs) {
  if (!options.out.empty()) return options.out;
  const std::filesystem::path folder = options.runs / std::filesystem::path(runs.front().info.id).filename();
  std::error_code error;
  const bool into_folder = runs.size() == 1 && std::filesystem::is_directory(folder, error);
  return into_folder ? folder / "report.html" : std::filesystem::path("report.html");
}

int report(const ReportOptions& options) {
  if (options.text && (!options.out.empty() || options.json)) {
    throw BadInput("--text writes to the terminal; it goes with neither --out nor --json");
  }
  const std::vector<store::RunRecords> runs = read_runs(options);
  if (options.text) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      std::cout << (i > 0 ? "\n" : "") << report::run_text(runs[i], columns_of_stdout());
    }
    return 0;
  }
  const std::filesystem::path page = page_of(options, runs);
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
  CLI::App& command = registry.add("report", "Writes what runs did as a page to look at.", examples,
                                   [options] { return report(*options); });
  command.add_option("RUN", options->names, "runs")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--runs", options->runs, "folder of the runs")->type_name("DIR")->default_str("runs");
  command.add_option("--out", options->out, "the page; by default report.html in the run's folder")
      ->type_name("FILE");
  command.add_flag("--text", options->text, "a short version for the terminal instead");
  command.add_flag("--json", options->json, "one JSON object a line on stdout");
}

}  // namespace lehr::cli
