#include <fmt/format.h>

#include <ostream>

#include "lehr/labs/document.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr::labs {
namespace {

/// Breaks a paragraph into lines of at most 100 characters.
std::string wrapped(const std::string& text, const std::string& first, const std::string& others) {
  constexpr std::size_t widest = 100;
  std::string out = first;
  std::size_t column = first.size();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    if (column + word.size() + 1 > widest && column > others.size()) {
      out += "\n" + others;
      column = others.size();
    } else if (at > 0) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
    at = space + 1;
  }
  return out + "\n";
}

std::string cell_text(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

std::string row_text(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += " " + cell_text(cell) + " |";
  return out + "\n";
}

/// Writes each kind of block, and the files of figures and pictures.
class MarkdownBlocks {
 public:
  MarkdownBlocks(std::filesystem::path folder, std::string name)
      : folder_(std::move(folder)), name_(std::move(name)) {}

  std::string operator()(const PageLink& link) const {
    return "[" + link.text + "](" + link.page + ".md)\n\n";
  }
  std::string operator()(const Paragraph& paragraph) const { return wrapped(paragraph.text, "", "") + "\n"; }
  std::string operator()(const Bullets& bullets) const {
    std::string out;
    for (const std::string& item : bullets.items) out += wrapped(item, "* ", "  ");
    return out + "\n";
  }
  std::string operator()(const Code& code) const { return "```\n" + code.text + "\n```\n\n"; }
  std::string operator()(const Table& table) const {
    std::string out = table.caption.empty() ? "" : wrapped(table.caption, "", "") + "\n";
    out += row_text(table.header) + "|";
    for (std::size_t i = 0; i < table.header.size(); ++i) out += i == 0 ? "---|" : "--:|";
    out += "\n";
    for (const std::vector<std::string>& row : table.rows) out += row_text(row);
    return out + "\n";
  }
  std::string operator()(const Figure& figure) {
    const std::string image = std::visit([](const auto& chart) { return svg(chart); }, figure.chart);
    const std::string title = std::visit([](const auto& chart) { return chart.title; }, figure.chart);
    return link(title, save(image, "svg")) + below(figure.caption);
  }
  std::string operator()(const Pictures& pictures) {
    std::string out;
    for (const auto& [label, png] : pictures.items) out += label + ": " + link(label, save(png, "png"));
    return out + below(pictures.caption);
  }

 private:
  std::string save(const std::string& contents, const char* type) {
    const std::string file = fmt::format("{}-{}.{}", name_, ++files_, type);
    store::write_file_atomically(folder_ / file, [&](std::ostream& out) { out << contents; });
    return file;
  }
  static std::string link(const std::string& text, const std::string& file) {
    return fmt::format("![{}]({})\n\n", text, file);
  }
  static std::string below(const std::string& caption) {
    return caption.empty() ? "" : wrapped(caption, "", "") + "\n";
  }

  std::filesystem::path folder_;
  std::string name_;
  int files_ = 0;
};

}  // namespace

void write_markdown(const Document& document, const std::filesystem::path& folder, const std::string& name) {
  MarkdownBlocks blocks(folder, name);
  std::string out = "# " + document.title + "\n\n";
  if (!document.subtitle.empty()) out += wrapped(document.subtitle, "", "") + "\n";
  for (const std::string& one : document.highlights) out += wrapped(one, "* ", "  ");
  if (!document.highlights.empty()) out += "\n";
  for (const Section& section : document.sections) {
    out += "## " + section.title + "\n\n";
    for (const Block& block : section.blocks) out += std::visit(blocks, block);
  }
  while (out.ends_with("\n\n")) out.pop_back();
  store::write_file_atomically(folder / (name + ".md"), [&](std::ostream& file) { file << out; });
}

}  // namespace lehr::labs
