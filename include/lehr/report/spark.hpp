#pragma once

#include <cstddef>
#include <span>
#include <string>

/// Small pictures made of characters (UTF-8).
namespace lehr::report {

/// One line of blocks, each `columns`-th part of the series as high as its mean between the series' least and
/// largest value; what is not finite leaves a space. Source: Tufte's sparklines.
std::string sparkline(std::span<const float> values, std::size_t columns);
/// The same between two values given, so that several lines can be compared.
std::string sparkline(std::span<const float> values, std::size_t columns, float least, float most);

/// Numbers of a grid, row by row.
struct Grid {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::span<const float> values{};
};

/// A picture in five shades, lines divided by newlines, row 0 at the bottom: "the colourful dimension" for
/// the terminal. Each character stands for the mean of a part of the grid, from 0 to the largest mean.
std::string shaded(const Grid& grid, std::size_t lines, std::size_t columns);

}  // namespace lehr::report
