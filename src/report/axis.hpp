#pragma once

#include <string>
#include <vector>

#include "lehr/report/line_chart.hpp"

namespace lehr::report {

/// Maps a range of numbers to [0, 1].
class Axis {
 public:
  /// The range covers `values`. An empty or single-valued range is widened.
  Axis(const std::vector<double>& values, bool logarithmic);

  bool shows(double value) const;
  /// 0 at the start of the range, 1 at its end.
  double place(double value) const;
  /// Round numbers within the range, ascending: 1, 2 and 5 times powers of ten, or powers of ten.
  std::vector<double> ticks(int about) const;

 private:
  double scaled(double value) const;
  std::vector<double> ticks_in_decades() const;
  bool logarithmic_;
  double low_ = 0;  // after scaling
  double high_ = 1;
};

struct Axes {
  Axis x;
  Axis y;
};
Axes axes_of(const LineChart& chart);

/// Short: "0.001", "1e-07", "2.5", "4096".
std::string number_text(double value);

/// Text for XML: markup is escaped, control characters and invalid UTF-8 are replaced, and the text is cut
/// after `longest` bytes.
std::string escaped(std::string_view text, std::size_t longest = 200);

}  // namespace lehr::report
