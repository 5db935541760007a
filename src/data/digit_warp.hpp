#pragma once

#include <array>

#include "data/digit_skeletons.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::data {

/// A smooth random displacement of the plane: uniform noise on a grid, smoothed by a Gaussian, with
/// linear interpolation between the nodes.
///
/// Source: Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to
/// visual document analysis", ICDAR 2003.
class ElasticField {
 public:
  /// strength: the maximum displacement of a point in pixels, before smoothing.
  ElasticField(Rng& rng, float strength);
  Point displacement(Point at) const;

 private:
  static constexpr int nodes = 9;         // over 28 pixels and a margin of 2 on each side
  static constexpr float spacing = 4.0F;  // pixels between nodes
  using Grid = std::array<float, nodes * nodes>;
  static void smooth(Grid& grid);
  static float sample(const Grid& grid, int cell, float right, float down);
  Grid x_{};
  Grid y_{};
};

/// Maps a skeleton from the unit square to pixels: scale, aspect, shear, rotation, shift.
struct Affine {
  float xx = 1, xy = 0, yx = 0, yy = 1;
  float shift_x = 0, shift_y = 0;

  static Affine random(Rng& rng);
  Point operator()(Point p) const {
    return {xx * (p.x - 0.5F) + xy * (p.y - 0.5F) + shift_x, yx * (p.x - 0.5F) + yy * (p.y - 0.5F) + shift_y};
  }
};

}  // namespace lehr::data
