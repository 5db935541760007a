#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/report/line_chart.hpp"

namespace lehr::report {

/// How the series with that index is drawn: one of six colours, dashed from the seventh series on.
struct SvgPen {
  std::string_view colour;
  bool dashed = false;
};
SvgPen pen_of(std::size_t index);

/// Draws the parts that all charts have. Coordinates are in pixels from the top left.
class SvgCanvas {
 public:
  /// `title` is the chart's name for screen readers, and its first line.
  SvgCanvas(SvgSize size, std::string_view title);

  double width() const { return width_; }
  double height() const { return height_; }

  void text(double x, double y, std::string_view anchor, std::string_view what);
  /// kind: "grid", "axis" or "mark".
  void line(std::string_view kind, double x0, double y0, double x1, double y1, bool dashed = false);
  void dot(double x, double y, double radius, std::string_view colour, double opacity, std::string_view tip);
  /// Names with their pens in rows from `left` on, below y. Returns the y of the last row, or y if
  /// there are less than two names.
  double legend(const std::vector<std::string>& names, double left, double y);
  void raw(std::string_view svg) { out_ += svg; }

  std::string finish() &&;

 private:
  double width_;
  double height_;
  std::string out_;
};

}  // namespace lehr::report
