#include "lab_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "document_text.hpp"
#include "interrupt.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/labs/lab.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/made_folders.hpp"
#include "output.hpp"
#include "signal_stop.hpp"
#include "study_options.hpp"
#include "study_run.hpp"
#include "study_table.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

using labs::Document;
using Pages = std::vector<std::pair<std::string, Document>>;

labs::LabOptions options_of(const LabLine& line) {
  labs::LabOptions options{.data = line.data, .budget = labs::budget_by_name(line.budget), .out = line.runs};
  if (!line.model.empty()) options.model = line.model;
  if (line.seeds > 0) options.seeds = first_seeds(line.seeds);
  return options;
}

void print_lab_progress(const labs::LabProgress& progress) {
  if (progress.last == nullptr) return;
  const StudyRun& run = *progress.last;
  std::string line =
      fmt::format("{} [{}/{}] {}, seed {}: {}", progress.lab, progress.done, progress.total,
                  progress.study->variants[run.variant].name, run.seed, outcome_text(*progress.study, run));
  if (progress.done < progress.total && progress.seconds_left) {
    line += "; about " + time_left(*progress.seconds_left) + " left";
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

/// Writes whole files, so that a page that someone reads is never half-written.
void write_page_file(const std::filesystem::path& file, const std::string& text) {
  store::write_file_atomically(file, [&](std::ostream& out) { out << text; });
}

class LabPages {
 public:
  /// Throws BadInput if no page could be written.
  explicit LabPages(const LabLine& line)
      : folder_(line.pages.empty() ? line.runs / "labs" : std::filesystem::path(line.pages)),
        markdown_(line.markdown),
        indexed_(line.name == "all") {
    try {  // pages are written after hours of training
      made_.emplace(folder_);
    } catch (const std::filesystem::filesystem_error& error) {
      throw BadInput("the folder of pages " + in_quotes(folder_) +
                     " cannot be written: " + error.code().message());
    }
  }

  /// Returns the page's file.
  std::filesystem::path write(const std::string& name, const Document& page) const {
    const std::filesystem::path file = folder_ / (name + ".html");
    const bool indexed = indexed_ || std::filesystem::exists(folder_ / "index.html");
    write_page_file(
        file, indexed ? labs::html_page(page, {{"All questions", "index.html"}}) : labs::html_page(page));
    if (markdown_) labs::write_markdown(page, folder_, name);
    return file;
  }
  /// Lists all pages of this call.
  std::filesystem::path write_index(const Pages& pages) const {
    const Document index = labs::index_page(pages);
    const std::filesystem::path file = folder_ / "index.html";
    write_page_file(file, labs::html_page(index));
    if (markdown_) labs::write_markdown(index, folder_, "README");
    return file;
  }

 private:
  std::filesystem::path folder_;
  bool markdown_;
  bool indexed_;                            ///< an index page will follow
  std::optional<store::MadeFolders> made_;  ///< removed again if no page is written
};

void print_page(const LabLine& line, const std::string& name, const Document& page,
                const std::filesystem::path& file) {
  if (line.json) {
    print_json({{"event", "lab"},
                {"lab", name},
                {"question", page.title},
                {"verdicts", page.highlights},
                {"page", file.string()}});
  } else {
    std::cout << document_text(page, is_terminal(1) ? static_cast<std::size_t>(terminal_columns(1)) : 0)
              << "\n"
              << file.string() << "\n\n";
  }
  std::cout.flush();
}

std::vector<std::string> names_of(const LabLine& line) {
  if (line.name != "all") return {line.name};
  std::vector<std::string> names;
  for (const labs::LabInfo& lab : labs::all_labs()) names.push_back(lab.name);
  return names;
}

}  // namespace

int run_labs(const LabLine& line) {
  SignalWatch watch;
  const labs::LabOptions options = options_of(line);
  const LabPages writer(line);
  const SignalStop signals(watch);
  labs::LabHooks hooks{.stop = signals.token(), .workers = workers_of(line.workers)};
  if (!line.quiet) hooks.on_progress = print_lab_progress;
  hooks.on_warning = [](const std::string& sentence) {
    std::fprintf(stderr, "lehr: %s\n", sentence.c_str());
  };
  Pages pages;
  int status = 0;
  for (const std::string& name : names_of(line)) {
    labs::LabResult result;
    try {
      result = labs::run_lab(name, options, hooks);
    } catch (const BadInput& error) {
      if (line.name != "all") throw;
      std::fprintf(stderr, "lehr: the lab %s is left out: %s\n", name.c_str(), error.what());
      status = static_cast<int>(ErrorKind::bad_input);
      continue;
    }
    if (result.interrupted) {
      std::fprintf(stderr, "lehr: interrupted; the same command goes on from here\n");
      return interrupted_status;
    }
    print_page(line, name, result.page, writer.write(name, result.page));
    pages.emplace_back(name, std::move(result.page));
  }
  if (line.name == "all") {
    const std::filesystem::path index = writer.write_index(pages);
    if (!line.json) std::cout << index.string() << "\n";
  }
  return status;
}

void print_labs(bool json) {
  for (const labs::LabInfo& lab : labs::all_labs()) {
    if (json) {
      print_json({{"event", "lab"}, {"lab", lab.name}, {"question", lab.question}});
    } else {
      std::cout << fmt::format("{:14} {}\n", lab.name, lab.question);
    }
  }
}

}  // namespace lehr::cli
