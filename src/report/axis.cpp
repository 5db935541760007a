#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lehr/core/text.hpp"

namespace lehr::report {
namespace {

bool usable(double value, bool logarithmic) { return std::isfinite(value) && (!logarithmic || value > 0); }

void add(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

Axis::Axis(const std::vector<double>& values, bool logarithmic) : logarithmic_(logarithmic) {
  bool any = false;
  for (const double value : values) {
    if (!usable(value, logarithmic)) continue;
    const double at = scaled(value);
    low_ = any ? std::min(low_, at) : at;
    high_ = any ? std::max(high_, at) : at;
    any = true;
  }
  if (!any) {
    low_ = 0;
    high_ = 1;
  }
  // A range below the smallest normal number cannot be halved: place() would divide by zero.
  constexpr double least = std::numeric_limits<double>::min();
  if (!(high_ - low_ > std::max(least, 1e-12 * std::max(std::abs(low_), std::abs(high_))))) {
    constexpr double most = std::numeric_limits<double>::max();
    const double room = std::max(std::abs(low_) * 0.05, 0.5);
    low_ = std::max(low_ - room, -most);
    high_ = std::min(high_ + room, most);
  }
}

double Axis::scaled(double value) const { return logarithmic_ ? std::log10(value) : value; }

bool Axis::shows(double value) const { return usable(value, logarithmic_); }

// Uses halves, so that the difference of very large numbers does not overflow.
double Axis::place(double value) const { return (scaled(value) / 2 - low_ / 2) / (high_ / 2 - low_ / 2); }

std::vector<double> Axis::ticks_in_decades() const {
  std::vector<double> found;
  for (double decade = std::floor(low_); decade <= high_; ++decade) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double place = decade + std::log10(factor);
      if (place >= low_ && place <= high_) found.push_back(factor * std::pow(10, decade));
    }
  }
  return found;
}

std::vector<double> Axis::ticks(int about) const {
  constexpr double few_decades = 3;
  if (logarithmic_ && high_ - low_ < few_decades) return ticks_in_decades();
  const double raw = (high_ / 2 - low_ / 2) / std::max(about, 1) * 2;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0}) {
    if (step < raw) step = factor * power;
  }
  if (logarithmic_) step = std::max(1.0, std::round(step));
  std::vector<double> found;
  if (!std::isfinite(step) || step <= 0) return found;
  for (double k = std::ceil(low_ / step); k * step <= high_ + 1e-9 * step && found.size() < 100; ++k) {
    const double tick = logarithmic_ ? std::pow(10, k * step) : k * step;
    if (tick > std::numeric_limits<double>::max()) break;
    if (shows(tick)) found.push_back(tick);  // a power of ten may underflow to 0
  }
  return found;
}

Axes axes_of(const LineChart& chart) {
  std::vector<double> x;
  std::vector<double> y;
  for (const Series& series : chart.series) {
    add(x, series.x);
    add(y, series.y);
  }
  for (const Band& band : chart.bands) {
    add(x, band.x);
    add(y, band.low);
    add(y, band.high);
  }
  for (const Marker& marker : chart.markers) x.push_back(marker.x);
  return {Axis(x, chart.log_x), Axis(y, chart.log_y)};
}

std::string number_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e3 && size < 1e6) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value == 0 ? 0.0 : value);
}

std::string escaped(std::string_view text, std::size_t longest) {
  std::string safe;
  for (const char character : printable(text, longest)) {
    switch (character) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += character;
    }
  }
  return safe;
}

}  // namespace lehr::report
