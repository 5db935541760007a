#pragma once

#include <cstddef>
#include <span>
#include <string>

/// Small charts made of UTF-8 characters.
namespace lehr::report {

/// One line of block characters. The series is divided into `columns` parts. The height of a block is the
/// mean of its part, relative to the smallest and largest value of the series. A part without finite values
/// is a space. Source: Tufte's sparklines.
std::string sparkline(std::span<const float> values, std::size_t columns);
/// The same with a given range, so that several lines can be compared.
std::string sparkline(std::span<const float> values, std::size_t columns, float least, float most);

/// The values of a grid, row-major.
struct Grid {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::span<const float> values{};
};

/// An image in five shades for the terminal, like the colourful dimension. The lines are separated by
/// newlines, and row 0 is at the bottom. The shade of a character is the mean of its part of the grid, from 0
/// to the largest mean.
std::string shaded(const Grid& grid, std::size_t lines, std::size_t columns);

}  // namespace lehr::report
