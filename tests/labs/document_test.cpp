// Documents as web pages and as Markdown.
#include <gtest/gtest.h>

#include <sstream>

#include "lehr/labs/document.hpp"
#include "run/support.hpp"

namespace lehr::labs {
namespace {

using test::Folder;
using test::read_file;

Document small_document() {
  report::LineChart chart{.title = "Loss <by> epoch", .x_label = "epoch", .y_label = "loss"};
  chart.series.push_back({.name = "a", .x = {1, 2}, .y = {3, 4}});
  report::IntervalChart rows{.title = "Variants", .x_label = "accuracy"};
  rows.rows.push_back(
      {.name = "double", .values = {1, 2, 3}, .mean = 2, .low = 1, .high = 3, .note = "1 collapsed"});
  Document document{.title = "Why & how?", .subtitle = "Sub", .highlights = {"keep < double"}};
  document.sections.push_back(
      {"First",
       {Paragraph{"See `a<b` and https://example.org/x."}, Bullets{{"one", "two"}}, Code{"lehr lab <NAME>"},
        Table{"Caption", {"x", "y"}, {{"1|2", "3"}}}, Figure{chart, "below"}, Figure{rows, ""},
        Pictures{"filters", {{"3x3", "PNG"}}}, PageLink{"the other page", "other"}}});
  return document;
}

TEST(HtmlPage, EscapesTextAndNeedsNoOtherFile) {
  const std::string page = html_page(small_document(), {{"All", "index.html"}});
  EXPECT_NE(page.find("<h1>Why &amp; how?</h1>"), std::string::npos);
  EXPECT_NE(page.find("<li>keep &lt; double</li>"), std::string::npos);
  EXPECT_NE(page.find("<code>a&lt;b</code>"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"https://example.org/x\">https://example.org/x</a>."), std::string::npos);
  EXPECT_NE(page.find("lehr lab &lt;NAME&gt;"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"other.html\">the other page</a>"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"index.html\">All</a>"), std::string::npos);
  EXPECT_NE(page.find("data:image/png;base64,UE5H"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
}

TEST(HtmlPage, DrawsChartsWithTheirRows) {
  const std::string page = html_page(small_document());
  EXPECT_NE(page.find("Loss &lt;by&gt; epoch"), std::string::npos);
  EXPECT_NE(page.find(">double</text>"), std::string::npos);
  EXPECT_NE(page.find("1 collapsed"), std::string::npos);
}

TEST(Markdown, IsOneFileWithItsImages) {
  const Folder folder;
  write_markdown(small_document(), folder.path(), "page");
  const std::string text = read_file(folder.path() / "page.md");
  EXPECT_EQ(text.find("# Why & how?\n\nSub\n\n* keep < double\n"), 0U) << text;
  EXPECT_NE(text.find("| 1\\|2 | 3 |"), std::string::npos) << text;
  EXPECT_NE(text.find("![Loss <by> epoch](page-1.svg)"), std::string::npos) << text;
  EXPECT_NE(text.find("[the other page](other.md)"), std::string::npos) << text;
  EXPECT_EQ(read_file(folder.path() / "page-1.svg").find("<svg"), 0U);
  EXPECT_EQ(read_file(folder.path() / "page-3.png"), "PNG");
}

TEST(Markdown, WrapsLongLines) {
  const Folder folder;
  Document document{.title = "T"};
  std::string text;
  for (int i = 0; i < 60; ++i) text += "word ";
  document.sections.push_back({"S", {Paragraph{text}}});
  write_markdown(document, folder.path(), "page");
  std::istringstream lines(read_file(folder.path() / "page.md"));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U);
}

}  // namespace
}  // namespace lehr::labs
