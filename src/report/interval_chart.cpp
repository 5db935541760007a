#include "lehr/report/interval_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/axis.hpp"
#include "report/svg_canvas.hpp"

namespace lehr::report {
namespace {

constexpr double row_height = 26;
constexpr double first_row = 44;
constexpr double below = 44;

Axis axis_of(const IntervalChart& chart) {
  std::vector<double> all;
  for (const IntervalRow& row : chart.rows) {
    all.insert(all.end(), row.values.begin(), row.values.end());
    all.push_back(row.mean);
    // An interval much wider than the values would hide their differences; it is cut at the edge.
    if (row.values.size() > 2) all.insert(all.end(), {row.low, row.high});
  }
  return {all, chart.log_x};
}

double height_of(const IntervalChart& chart) {
  return first_row + row_height * static_cast<double>(chart.rows.size()) + below;
}

class Rows {
 public:
  Rows(const IntervalChart& chart, int width)
      : chart_(chart),
        axis_(axis_of(chart)),
        canvas_({width, static_cast<int>(height_of(chart))}, chart.title) {
    std::size_t longest = 0;
    for (const IntervalRow& row : chart.rows) longest = std::max(longest, row.name.size());
    left_ = std::min(24 + 6.6 * static_cast<double>(longest), canvas_.width() * 0.45);
  }

  std::string draw() && {
    const double base = canvas_.height() - below;
    for (const double tick : axis_.ticks(5)) {
      canvas_.line("grid", x(tick), first_row - 8, x(tick), base);
      canvas_.text(x(tick), base + 16, "middle", number_text(tick));
    }
    canvas_.line("axis", left_, base, canvas_.width() - right, base);
    for (std::size_t i = 0; i < chart_.rows.size(); ++i) row(chart_.rows[i], i);
    canvas_.text(canvas_.width() - right, canvas_.height() - 8, "end", chart_.x_label);
    return std::move(canvas_).finish();
  }

 private:
  static constexpr double right = 24;

  double x(double value) const {
    const double place = std::clamp(axis_.place(value), 0.0, 1.0);
    return left_ + 8 + place * (canvas_.width() - left_ - right - 16);
  }

  void row(const IntervalRow& row, std::size_t index) {
    const double y = first_row + row_height * (static_cast<double>(index) + 0.5);
    canvas_.text(left_ - 4, y + 4, "end", row.name);
    const std::string_view colour = pen_of(0).colour;
    for (const double value : row.values) {
      if (axis_.shows(value)) canvas_.dot(x(value), y, 2.5, pen_of(1).colour, 0.6, number_text(value));
    }
    if (axis_.shows(row.low) && axis_.shows(row.high)) {
      canvas_.raw(
          fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
                      "stroke-width=\"2\"/>\n",
                      x(row.low), y, x(row.high), y, colour));
    }
    if (axis_.shows(row.mean)) {
      const std::string interval =
          std::isnan(row.low) ? "" : fmt::format(" ({} to {})", number_text(row.low), number_text(row.high));
      canvas_.dot(x(row.mean), y, 5, colour, 1,
                  fmt::format("{}: {}{}", row.name, number_text(row.mean), interval));
    }
    if (!row.note.empty()) canvas_.text(canvas_.width() - right, y - 6, "end", row.note);
  }

  const IntervalChart& chart_;
  Axis axis_;
  SvgCanvas canvas_;
  double left_ = 0;
};

}  // namespace

std::string svg(const IntervalChart& chart, int width) { return Rows(chart, width).draw(); }

}  // namespace lehr::report
