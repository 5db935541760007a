#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lehr/report/interval_chart.hpp"
#include "lehr/report/line_chart.hpp"

/// A report as a list of parts, which can be shown as a web page, as Markdown or in a terminal.
namespace lehr::labs {

/// Text in `backticks` is shown as code. URLs become links.
struct Paragraph {
  std::string text;
};

struct Bullets {
  std::vector<std::string> items;
};

struct Code {
  std::string text;
};

struct Table {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows{};  ///< each as long as the header
};

struct Figure {
  std::variant<report::LineChart, report::IntervalChart> chart;
  std::string caption{};  ///< what the reader should see
};

/// Pictures side by side.
struct Pictures {
  std::string caption;
  std::vector<std::pair<std::string, std::string>> items{};  ///< label, and the contents of a PNG file
};

/// A link to another document in the same folder.
struct PageLink {
  std::string text;
  std::string page;  ///< its name without ".html" or ".md"
};

using Block = std::variant<PageLink, Paragraph, Bullets, Code, Table, Figure, Pictures>;

struct Section {
  std::string title;
  std::vector<Block> blocks{};
};

struct Document {
  std::string title;
  std::string subtitle{};
  std::vector<std::string> highlights{};  ///< the answer, shown first
  std::vector<Section> sections{};
};

/// A self-contained web page: it needs no other file and no script. `links` are (text, address) at its top.
std::string html_page(const Document& document,
                      const std::vector<std::pair<std::string, std::string>>& links = {});

/// Writes FOLDER/NAME.md. Figures and pictures become files beside it, NAME-1.svg and so on. Throws as
/// store::write_file_atomically.
void write_markdown(const Document& document, const std::filesystem::path& folder, const std::string& name);

}  // namespace lehr::labs
