#include <fmt/format.h>

#include "labs/inline_text.hpp"
#include "labs/page_style.hpp"
#include "lehr/labs/document.hpp"
#include "report/axis.hpp"
#include "report/base64.hpp"

namespace lehr::labs {
namespace {

constexpr int chart_width = 560;
constexpr int chart_height = 340;
constexpr std::size_t longest_number = 36;  ///< characters of a cell that is not a sentence

std::string svg_of(const report::LineChart& chart) { return svg(chart, {chart_width, chart_height}); }
std::string svg_of(const report::IntervalChart& chart) { return svg(chart, chart_width); }

std::string caption(const std::string& tag, const std::string& text) {
  return text.empty() ? "" : fmt::format("<{0}>{1}</{0}>\n", tag, inline_html(text));
}

/// Writes each kind of block.
struct HtmlBlock {
  std::string operator()(const PageLink& link) const {
    return fmt::format("<p><a href=\"{}.html\">{}</a></p>\n", escaped_html(link.page),
                       inline_html(link.text));
  }
  std::string operator()(const Paragraph& paragraph) const {
    return "<p>" + inline_html(paragraph.text) + "</p>\n";
  }
  std::string operator()(const Bullets& bullets) const {
    std::string out = "<ul>\n";
    for (const std::string& item : bullets.items) out += "<li>" + inline_html(item) + "</li>\n";
    return out + "</ul>\n";
  }
  std::string operator()(const Code& code) const {
    return "<pre><code>" + escaped_html(code.text) + "</code></pre>\n";
  }
  std::string operator()(const Table& table) const {
    std::string out =
        "<figure class=\"table\">" + caption("figcaption", table.caption) + "<table><thead><tr>";
    for (const std::string& cell : table.header) out += "<th>" + inline_html(cell) + "</th>";
    out += "</tr></thead><tbody>\n";
    for (const std::vector<std::string>& row : table.rows) {
      out += "<tr>";
      for (const std::string& cell : row) {
        const bool is_long = cell.size() > longest_number;
        out += (is_long ? "<td class=\"long\">" : "<td>") + inline_html(cell) + "</td>";
      }
      out += "</tr>\n";
    }
    return out + "</tbody></table></figure>\n";
  }
  std::string operator()(const Figure& figure) const {
    const std::string chart = std::visit([](const auto& one) { return svg_of(one); }, figure.chart);
    return "<figure>" + chart + caption("figcaption", figure.caption) + "</figure>\n";
  }
  std::string operator()(const Pictures& pictures) const {
    std::string out = "<figure class=\"pictures\">";
    for (const auto& [label, png] : pictures.items) {
      out += fmt::format("<div><img alt=\"{0}\" src=\"data:image/png;base64,{1}\"><span>{0}</span></div>",
                         escaped_html(label), report::base64(png));
    }
    return out + caption("figcaption", pictures.caption) + "</figure>\n";
  }
};

std::string navigation(const std::vector<std::pair<std::string, std::string>>& links) {
  std::string out;
  for (const auto& [text, address] : links) {
    out += fmt::format("<a href=\"{}\">{}</a> ", escaped_html(address), escaped_html(text));
  }
  return out.empty() ? out : "<nav>" + out + "</nav>\n";
}

std::string answer(const std::vector<std::string>& highlights) {
  if (highlights.empty()) return "";
  std::string out = "<section class=\"answer\"><ul>\n";
  for (const std::string& one : highlights) out += "<li>" + inline_html(one) + "</li>\n";
  return out + "</ul></section>\n";
}

}  // namespace

std::string html_page(const Document& document,
                      const std::vector<std::pair<std::string, std::string>>& links) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n<title>{0}</title>\n<style>\n{1}</style>\n</head>\n<body>\n<main>\n",
      escaped_html(document.title), page_style);
  out += navigation(links);
  out += "<h1>" + inline_html(document.title) + "</h1>\n";
  if (!document.subtitle.empty()) out += "<p class=\"subtitle\">" + inline_html(document.subtitle) + "</p>\n";
  out += answer(document.highlights);
  for (const Section& section : document.sections) {
    out += "<section>\n<h2>" + inline_html(section.title) + "</h2>\n";
    for (const Block& block : section.blocks) out += std::visit(HtmlBlock(), block);
    out += "</section>\n";
  }
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace lehr::labs
