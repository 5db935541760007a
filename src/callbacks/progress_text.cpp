#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lehr/callbacks/progress_bar.hpp"

namespace lehr {

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "?";
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string bar_text(double share, int columns) {
  const double clamped = share > 0 ? std::min(share, 1.0) : 0;  // NaN counts as 0
  const int filled = static_cast<int>(clamped * columns);
  std::string bar;
  for (int column = 0; column < columns; ++column) bar += column < filled ? "█" : "░";
  return bar;
}

}  // namespace lehr
