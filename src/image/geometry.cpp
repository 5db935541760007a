#include "lehr/image/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr::image {
namespace {

Matrix3 product(const Matrix3& a, const Matrix3& b) {
  Matrix3 result{};
  for (std::size_t row = 0; row < 9; row += 3) {
    for (std::size_t column = 0; column < 3; ++column) {
      for (std::size_t i = 0; i < 3; ++i) result[row + column] += a[row + i] * b[3 * i + column];
    }
  }
  return result;
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

constexpr std::size_t unknowns = 8;
/// One linear equation: the coefficients of the unknowns, and what their sum is.
using Equation = std::array<double, unknowns + 1>;

/// Gaussian elimination with row pivots. Throws BadInput if the equations have not one solution.
std::array<double, unknowns> solved(std::array<Equation, unknowns> equations) {
  for (std::size_t pivot = 0; pivot < unknowns; ++pivot) {
    const auto best = std::max_element(
        equations.begin() + static_cast<std::ptrdiff_t>(pivot), equations.end(),
        [&](const Equation& a, const Equation& b) { return std::abs(a[pivot]) < std::abs(b[pivot]); });
    if (std::abs((*best)[pivot]) < 1e-9) throw BadInput("no perspective maps these corners onto each other");
    std::swap(*best, equations[pivot]);
    for (std::size_t row = 0; row < unknowns; ++row) {
      if (row == pivot) continue;
      const double factor = equations[row][pivot] / equations[pivot][pivot];
      for (std::size_t i = pivot; i <= unknowns; ++i) equations[row][i] -= factor * equations[pivot][i];
    }
  }
  std::array<double, unknowns> solution{};
  for (std::size_t i = 0; i < unknowns; ++i) solution[i] = equations[i][unknowns] / equations[i][i];
  return solution;
}

}  // namespace

Matrix3 source_of(const Affine& affine, const Point& centre) {
  const double turn = radians(affine.degrees);
  const double shear_x = std::tan(radians(affine.shear_x));
  const double turn_minus_shear = turn - radians(affine.shear_y);
  const double cosine = std::cos(radians(affine.shear_y));
  // Forward: rotation times shear along y times shear along x. The determinant is 1.
  const double a = std::cos(turn_minus_shear) / cosine;
  const double b = -(a * shear_x + std::sin(turn));
  const double c = std::sin(turn_minus_shear) / cosine;
  const double d = std::cos(turn) - c * shear_x;
  const double s = affine.scale;
  const double x = centre.x + affine.right;
  const double y = centre.y + affine.down;
  return {d / s, -b / s, centre.x - d / s * x + b / s * y, -c / s, a / s, centre.y + c / s * x - a / s * y, 0,
          0,     1};
}

Matrix3 map_of(const Corners& from, const Corners& to) {
  std::array<Equation, unknowns> equations{};
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto [x, y] = from[i];
    const auto [u, v] = to[i];
    equations[2 * i] = {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
    equations[2 * i + 1] = {0, 0, 0, x, y, 1, -v * x, -v * y, v};
  }
  const std::array<double, unknowns> m = solved(equations);
  return {m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], 1};
}

void Geometry::crop(const Part& part) {
  warp({1, 0, static_cast<double>(part.left), 0, 1, static_cast<double>(part.top), 0, 0, 1});
  width = part.width;
  height = part.height;
}

void Geometry::mirror() { warp({-1, 0, static_cast<double>(width), 0, 1, 0, 0, 0, 1}); }

void Geometry::turn_over() { warp({1, 0, 0, 0, -1, static_cast<double>(height), 0, 0, 1}); }

void Geometry::resize(std::int64_t new_width, std::int64_t new_height) {
  const double across = static_cast<double>(width) / static_cast<double>(new_width);
  const double down = static_cast<double>(height) / static_cast<double>(new_height);
  warp({across, 0, 0, 0, down, 0, 0, 0, 1});
  width = new_width;
  height = new_height;
}

void Geometry::warp(const Matrix3& map) { to_source = product(to_source, map); }

}  // namespace lehr::image
