#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lehr::report {

/// A line through points. A point that is not finite, or not above 0 on a logarithmic axis, leaves a gap.
struct Series {
  std::string name;
  std::vector<double> x{};
  std::vector<double> y{};  ///< as many as x
  bool dots = false;        ///< also draws a dot at each point (only in SVG)
  bool line = true;         ///< connects the points (only in SVG)
};

/// The area between two lines.
struct Band {
  std::string name;
  std::vector<double> x{};
  std::vector<double> low{};
  std::vector<double> high{};
};

/// A labelled vertical line at x.
struct Marker {
  std::string name;
  double x = 0;
};

/// A chart as plain data. The renderers accept any values.
struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool log_y = false;
  std::vector<Series> series{};
  std::vector<Band> bands{};
  std::vector<Marker> markers{};
};

/// The chart for a terminal: braille dots in UTF-8, with axes and a legend. It has at most `columns` x `rows`
/// characters, and at least 30 x 8.
std::string terminal_text(const LineChart& chart, int columns = 80, int rows = 20);

struct SvgSize {
  int width = 720;
  int height = 420;
};
/// The chart as a self-contained SVG image. Its colours follow the reader's light or dark scheme.
std::string svg(const LineChart& chart, SvgSize size = {});

}  // namespace lehr::report
