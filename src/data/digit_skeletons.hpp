#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace lehr::data {

struct Point {
  float x = 0;
  float y = 0;
};

/// One movement of the pen. Coordinates lie in the unit square, y downwards.
struct Stroke {
  enum class Kind { straight, curved, closed_curve };
  Kind kind = Kind::straight;
  std::vector<Point> points;  ///< the pen passes through them; at most max_stroke_points
};

inline constexpr std::size_t max_stroke_points = 16;
inline constexpr std::size_t max_strokes = 4;

/// One way of writing a digit: at most max_strokes strokes.
using Skeleton = std::vector<Stroke>;

/// All ways of writing a digit from 0 to 9.
std::span<const Skeleton> skeletons_of(int digit);

}  // namespace lehr::data
