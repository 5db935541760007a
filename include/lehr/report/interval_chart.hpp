#pragma once

#include <string>
#include <vector>

#include "lehr/report/line_chart.hpp"

namespace lehr::report {

/// One row of an IntervalChart.
struct IntervalRow {
  std::string name;
  std::vector<double> values{};  ///< drawn as small dots
  double mean = 0;               ///< drawn as a large dot; NaN: nothing to draw
  double low = 0;                ///< ends of the interval, drawn as a line; NaN: none
  double high = 0;
  std::string note{};  ///< after the row, such as "2 collapsed"
};

/// Several things measured alike, one below the other: single values, their mean and its interval.
struct IntervalChart {
  std::string title;
  std::string x_label;
  bool log_x = false;
  std::vector<IntervalRow> rows{};
};

/// The chart as a self-contained SVG image, as svg(LineChart). Its height follows from the number of rows.
std::string svg(const IntervalChart& chart, int width = 720);

}  // namespace lehr::report
