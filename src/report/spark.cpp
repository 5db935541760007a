#include "lehr/report/spark.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr::report {
namespace {

constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array shades{" ", "░", "▒", "▓", "█"};

struct Part {
  std::size_t begin;
  std::size_t end;
};

/// Part i of `parts` of a range. It is never empty, so few values are repeated.
Part part_of(std::size_t i, std::size_t parts, std::size_t count) {
  const std::size_t begin = i * count / parts;
  return {begin, std::max(begin + 1, (i + 1) * count / parts)};
}

/// Mean of the finite values; NaN if there is none.
double mean_of(std::span<const float> values) {
  double sum = 0;
  int count = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    sum += static_cast<double>(value);
    ++count;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

std::size_t level(double share, std::size_t levels) {
  const double scaled = share * static_cast<double>(levels);
  return static_cast<std::size_t>(std::clamp(scaled, 0.0, static_cast<double>(levels - 1)));
}

double part_mean(const Grid& grid, Part rows, Part columns) {
  double sum = 0;
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    sum += mean_of(grid.values.subspan(row * grid.columns + columns.begin, columns.end - columns.begin));
  }
  return sum / static_cast<double>(rows.end - rows.begin);
}

}  // namespace

std::string sparkline(std::span<const float> values, std::size_t columns) {
  float least = std::numeric_limits<float>::infinity();
  float most = -least;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return sparkline(values, columns, least, most);
}

std::string sparkline(std::span<const float> values, std::size_t columns, float least, float most) {
  std::string line;
  if (values.empty()) return line;
  for (std::size_t i = 0; i < columns; ++i) {
    const Part part = part_of(i, columns, values.size());
    const double mean = mean_of(values.subspan(part.begin, part.end - part.begin));
    const double range = static_cast<double>(most) - static_cast<double>(least);
    const double share = range > 0 ? (mean - static_cast<double>(least)) / range : 0;
    line += std::isfinite(mean) ? blocks[level(share, blocks.size())] : " ";
  }
  return line;
}

std::string shaded(const Grid& grid, std::size_t lines, std::size_t columns) {
  if (grid.values.size() != grid.rows * grid.columns) {
    throw BadInput("a grid of " + std::to_string(grid.rows) + " x " + std::to_string(grid.columns) +
                   " needs as many values, found " + std::to_string(grid.values.size()));
  }
  if (grid.values.empty() || columns == 0) return "";
  std::vector<double> means;
  double most = 0;
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t column = 0; column < columns; ++column) {
      means.push_back(part_mean(grid, part_of(lines - 1 - line, lines, grid.rows),
                                part_of(column, columns, grid.columns)));
      if (std::isfinite(means.back())) most = std::max(most, means.back());
    }
  }
  std::string text;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double share = most > 0 && std::isfinite(means[i]) ? means[i] / most : 0;
    text += shades[level(share, shades.size())];
    if ((i + 1) % columns == 0) text += '\n';
  }
  return text;
}

}  // namespace lehr::report
