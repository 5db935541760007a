#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lehr::report {

/// A line through points; one that is not finite, or not above 0 on a logarithmic axis, leaves a gap.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  ///< as many as x
};

/// What lies between two lines.
struct Band {
  std::string name;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
};

/// A vertical line at x with a word on it.
struct Marker {
  std::string name;
  double x = 0;
};

/// A chart as plain data; the renderers accept any of it.
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

/// For a terminal: braille dots in UTF-8 with axes and a legend, at most so wide and high (at least 30 x 8).
std::string terminal_text(const LineChart& chart, int columns = 80, int rows = 20);

struct SvgSize {
  int width = 720;
  int height = 420;
};
/// A picture that needs nothing else; its colours follow the reader's light or dark scheme.
std::string svg(const LineChart& chart, SvgSize size = {});

}  // namespace lehr::report
