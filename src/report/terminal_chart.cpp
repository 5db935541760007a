#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "lehr/core/text.hpp"
#include "lehr/report/line_chart.hpp"
#include "report/axis.hpp"

namespace lehr::report {
namespace {

/// A grid of dots, two by four per character.
class Braille {
 public:
  Braille(int columns, int rows)
      : columns_(columns),
        rows_(rows),
        cells_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}
  int width() const { return 2 * columns_; }
  int height() const { return 4 * rows_; }

  void dot(int x, int y) {
    if (x < 0 || y < 0 || x >= width() || y >= height()) return;
    static constexpr std::uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cells_[static_cast<std::size_t>((y / 4) * columns_ + x / 2)] |= bits[y % 4][x % 2];
  }

  void line(double x0, double y0, double x1, double y1) {
    const int steps =
        std::max(1, static_cast<int>(std::ceil(std::max(std::abs(x1 - x0), std::abs(y1 - y0)))));
    for (int i = 0; i <= steps; ++i) {
      const double share = static_cast<double>(i) / steps;
      dot(static_cast<int>(std::lround(x0 + share * (x1 - x0))),
          static_cast<int>(std::lround(y0 + share * (y1 - y0))));
    }
  }

  /// One row of text. A character is U+2800 plus the bits of its dots, as UTF-8.
  std::string row(int number) const {
    std::string text;
    for (int x = 0; x < columns_; ++x) {
      const std::uint8_t cell = cells_[static_cast<std::size_t>(number * columns_ + x)];
      if (cell == 0) {
        text += ' ';
        continue;
      }
      text += static_cast<char>(0xE2);
      text += static_cast<char>(0xA0 | (cell >> 6));
      text += static_cast<char>(0x80 | (cell & 0x3F));
    }
    return text;
  }

 private:
  int columns_;
  int rows_;
  std::vector<std::uint8_t> cells_;
};

void draw(Braille& canvas, const Axes& axes, const std::vector<double>& xs, const std::vector<double>& ys) {
  bool connected = false;
  double last_x = 0;
  double last_y = 0;
  for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i) {
    const bool shown = axes.x.shows(xs[i]) && axes.y.shows(ys[i]);
    const double x = shown ? axes.x.place(xs[i]) * (canvas.width() - 1) : 0;
    const double y = shown ? (1 - axes.y.place(ys[i])) * (canvas.height() - 1) : 0;
    if (shown) canvas.line(connected ? last_x : x, connected ? last_y : y, x, y);
    connected = shown;
    last_x = x;
    last_y = y;
  }
}

void draw_markers(Braille& canvas, const Axes& axes, const std::vector<Marker>& markers) {
  for (const Marker& marker : markers) {
    if (!axes.x.shows(marker.x)) continue;
    const int x = static_cast<int>(std::lround(axes.x.place(marker.x) * (canvas.width() - 1)));
    for (int y = 0; y < canvas.height(); y += 2) canvas.dot(x, y);
  }
}

/// The labels of the ticks below their positions, if they fit.
std::string tick_line(const Axis& axis, int columns) {
  std::string line(static_cast<std::size_t>(columns), ' ');
  std::size_t free_from = 0;
  for (const double tick : axis.ticks(columns / 14)) {
    const std::string text = number_text(tick);
    const auto center = static_cast<std::size_t>(std::clamp(axis.place(tick), 0.0, 1.0) * (columns - 1));
    const std::size_t start = center > text.size() / 2 ? center - text.size() / 2 : 0;
    if (start < free_from || start + text.size() > line.size()) continue;
    line.replace(start, text.size(), text);
    free_from = start + text.size() + 1;
  }
  return line;
}

}  // namespace

std::string terminal_text(const LineChart& chart, int columns, int rows) {
  constexpr int label_width = 9;
  columns = std::clamp(columns, 30, 1000);
  rows = std::clamp(rows, 8, 500);
  const Axes axes = axes_of(chart);
  Braille canvas(columns - label_width - 1, rows - 4);
  for (const Band& band : chart.bands) {
    draw(canvas, axes, band.x, band.low);
    draw(canvas, axes, band.x, band.high);
  }
  for (const Series& series : chart.series) draw(canvas, axes, series.x, series.y);
  draw_markers(canvas, axes, chart.markers);

  std::vector<std::string> labels(static_cast<std::size_t>(rows - 4));
  for (const double tick : axes.y.ticks((rows - 4) / 3)) {
    const double place = std::clamp(1 - axes.y.place(tick), 0.0, 1.0);
    labels[static_cast<std::size_t>(place * (rows - 5) + 0.5)] = number_text(tick);
  }
  std::string text = printable(chart.title) + "  (" + printable(chart.y_label) + ")\n";
  for (int row = 0; row < rows - 4; ++row) {
    text += fmt::format("{:>{}}│{}\n", labels[static_cast<std::size_t>(row)], label_width, canvas.row(row));
  }
  text += fmt::format("{:>{}}└{}\n", "", label_width, fmt::format("{:─<{}}", "", columns - label_width - 1));
  text += std::string(label_width + 1, ' ') + tick_line(axes.x, columns - label_width - 1) + "\n";
  text += std::string(label_width + 1, ' ') + printable(chart.x_label);
  for (const Marker& marker : chart.markers) {
    text += fmt::format("   ┆ {} {}", printable(marker.name), number_text(marker.x));
  }
  return text + "\n";
}

}  // namespace lehr::report
