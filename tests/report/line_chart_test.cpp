#include "lehr/report/line_chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/axis.hpp"

namespace lehr::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

LineChart rising() {
  return {.title = "t", .x_label = "x", .y_label = "y", .series = {{"s", {0, 1, 2}, {0, 1, 2}}}};
}

TEST(Axis, PutsItsRangeOnTheUnitInterval) {
  const Axis plain({-1, nan, 3, infinity}, false);
  EXPECT_DOUBLE_EQ(plain.place(-1), 0);
  EXPECT_DOUBLE_EQ(plain.place(1), 0.5);
  EXPECT_EQ(plain.ticks(4), (std::vector<double>{-1, 0, 1, 2, 3}));
  const Axis logarithmic({1e-4, 0, -2, 1}, true);
  EXPECT_DOUBLE_EQ(logarithmic.place(1e-2), 0.5);
  EXPECT_FALSE(logarithmic.shows(0));
  EXPECT_EQ(logarithmic.ticks(4).size(), 5U);
}

TEST(Axis, BearsAnyRange) {
  constexpr double huge = std::numeric_limits<double>::max();
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {5},
                                            {nan},
                                            {0, 0},
                                            {-huge, huge},
                                            {1e-300, 2e-300},
                                            {1e9, 1e9 + 1e-3},
                                            {0, 5e-324},
                                            {huge},
                                            {-huge},
                                            {5e-324, huge}}) {
    for (const bool logarithmic : {false, true}) {
      const Axis axis(values, logarithmic);
      EXPECT_LE(axis.ticks(8).size(), 100U);
      for (const double tick : axis.ticks(8)) {
        EXPECT_TRUE(axis.shows(tick) && std::isfinite(axis.place(tick))) << tick;
      }
      for (const double value : values) {
        EXPECT_TRUE(!axis.shows(value) || std::isfinite(axis.place(value)));
      }
    }
  }
}

TEST(Escaped, LeavesNoMarkup) {
  EXPECT_EQ(escaped("<b a=\"1\">&'"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;");
  EXPECT_LT(escaped(std::string(10'000, '<')).size(), 1000U);
}

TEST(TerminalText, DrawsFromCornerToCorner) {
  const std::string text = terminal_text(rising(), 40, 12);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 12);
  EXPECT_TRUE(text.starts_with("t  (y)\n"));
  const std::size_t first_row = text.find('\n') + 1;
  const std::string top = text.substr(first_row, text.find('\n', first_row) - first_row);
  EXPECT_FALSE(top.ends_with(' ')) << "the last point is at the top right";
}

TEST(Svg, HoldsLinesBandsAndMarkers) {
  LineChart chart = rising();
  chart.bands = {{"b", {0, 1}, {0, 0}, {1, 1}}};
  chart.markers = {{"here", 1}};
  const std::string picture = svg(chart);
  for (const char* part : {"<svg ", "<path d=\"M", "<polygon ", "here 1", "prefers-color-scheme", "</svg>"}) {
    EXPECT_NE(picture.find(part), std::string::npos) << part;
  }
}

TEST(Svg, LeavesAGapIfAPointIsNotFinite) {
  LineChart chart = rising();
  chart.series[0].y[1] = nan;
  const std::string picture = svg(chart);
  const std::string path = picture.substr(picture.find("<path d=\""), 60);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'M'), 2) << path;
}

TEST(Svg, HasFiniteCoordinatesWhateverTheNumbers) {
  constexpr double huge = std::numeric_limits<double>::max();
  constexpr double least = std::numeric_limits<double>::denorm_min();
  const std::vector<std::vector<double>> rows{{nan, 1e308, -1e308}, {1e308, -1e308, infinity},
                                              {0, least},           {least, 0},
                                              {huge, -huge},        {huge},
                                              {least, huge},        {-infinity, 1}};
  for (const auto& x : rows) {
    for (const auto& y : rows) {
      for (const int logarithmic : {0, 1, 2, 3}) {
        LineChart chart;
        chart.log_x = logarithmic % 2 == 1;
        chart.log_y = logarithmic >= 2;
        chart.series = {{"s", x, y}};
        chart.bands = {{"b", x, y, x}};
        chart.markers = {{"m", x.back()}};
        std::string picture = svg(chart);
        for (std::size_t at = 0; (at = picture.find('>', at)) != std::string::npos; ++at) {
          // Text between tags may contain a marker's number.
          picture.erase(at + 1, picture.find('<', at) - at - 1);
        }
        EXPECT_EQ(picture.find("nan"), std::string::npos) << picture;
        EXPECT_EQ(picture.find("inf"), std::string::npos) << picture;
        EXPECT_NE(terminal_text(chart), "");
      }
    }
  }
}

TEST(Charts, BearHostileNamesAndEmptyData) {
  const std::string hostile = "<script>alert(1)</script>\n\"'&\x1b[31m" + std::string(10'000, 'x');
  LineChart chart{.title = hostile, .x_label = hostile, .y_label = hostile, .log_x = true, .log_y = true};
  chart.series = {{hostile, {}, {}}, {hostile, {nan, -1, 1}, {1, 1}}};
  chart.bands = {{hostile, {1}, {}, {}}};
  chart.markers = {{hostile, 0}, {hostile, 1}};
  const std::string picture = svg(chart, {1, 1});
  EXPECT_EQ(picture.find("<script>"), std::string::npos);
  EXPECT_EQ(picture.find('\x1b'), std::string::npos);
  EXPECT_EQ(terminal_text(chart, 1, 1).find('\x1b'), std::string::npos);
  EXPECT_LT(picture.size(), 20'000U);
}

}  // namespace
}  // namespace lehr::report
