#include "data/digit_renderer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/digit_skeletons.hpp"
#include "data/digit_warp.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::data {
namespace {

constexpr float control_point_jitter = 0.065F;  // of the unit square
constexpr float elastic_strength = 6.0F;        // pixels before smoothing, about 1.5 after it
constexpr int steps_a_curve = 5;                // straight pieces between two points of a curve

/// The depth of each pixel inside the ink, in pixels: positive inside, negative outside.
class Ink {
 public:
  Ink() { depth_.fill(-far); }

  /// Adds a straight piece of a stroke, with round ends.
  void segment(Point a, Point b, float radius) {
    const float reach = radius + 1.5F;
    const Range columns = range(std::min(a.x, b.x) - reach, std::max(a.x, b.x) + reach);
    const Range rows = range(std::min(a.y, b.y) - reach, std::max(a.y, b.y) + reach);
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float squared = dx * dx + dy * dy;
    const float inverse = squared > 1e-6F ? 1 / squared : 0.0F;
    for (int row = rows.first; row < rows.last; ++row) {
      const float py = static_cast<float>(row) - a.y;
      float* line = depth_.data() + row * digit_side;
      for (int column = columns.first; column < columns.last; ++column) {
        const float px = static_cast<float>(column) - a.x;
        const float along = std::min(1.0F, std::max(0.0F, (px * dx + py * dy) * inverse));
        const float ex = px - along * dx;
        const float ey = py - along * dy;
        line[column] = std::max(line[column], radius - std::sqrt(ex * ex + ey * ey));
      }
    }
  }

  float depth(int pixel) const { return depth_[static_cast<std::size_t>(pixel)]; }

 private:
  struct Range {
    int first, last;
  };
  static Range range(float low, float high) {
    const float side = digit_side;
    return {static_cast<int>(std::clamp(low, 0.0F, side)),
            static_cast<int>(std::clamp(high + 1, 0.0F, side))};
  }
  static constexpr float far = 100;
  std::array<float, digit_pixels> depth_{};
};

/// A point of the Catmull-Rom curve between b and c.
Point curve_point(Point a, Point b, Point c, Point d, float t) {
  const auto blend = [t](float p0, float p1, float p2, float p3) {
    return p1 + 0.5F * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

/// Draws the strokes of one digit with random distortion.
class Pen {
 public:
  explicit Pen(Rng& rng)
      : rng_(rng),
        affine_(Affine::random(rng)),
        elastic_(rng, elastic_strength),
        radius_(rng.uniform(0.7F, 2.0F)) {}

  void write(const Stroke& stroke, Ink& ink) {
    std::array<Point, max_stroke_points> points{};
    const auto count = static_cast<int>(stroke.points.size());
    for (int i = 0; i < count; ++i) {
      const Point p = stroke.points[static_cast<std::size_t>(i)];
      const float jitter_x = rng_.uniform(-1, 1) + rng_.uniform(-1, 1);
      const float jitter_y = rng_.uniform(-1, 1) + rng_.uniform(-1, 1);
      points[static_cast<std::size_t>(i)] = {p.x + control_point_jitter * jitter_x,
                                             p.y + control_point_jitter * jitter_y};
    }
    const bool closed = stroke.kind == Stroke::Kind::closed_curve;
    const auto at = [&](int i) {
      const int index = closed ? (i + count) % count : std::clamp(i, 0, count - 1);
      return points[static_cast<std::size_t>(index)];
    };
    const bool straight = stroke.kind == Stroke::Kind::straight;
    // Straight strokes are divided as well, so that the elastic field can bend them.
    Point from = warped(at(0));
    for (int i = 0; i < (closed ? count : count - 1); ++i) {
      for (int step = 1; step <= steps_a_curve; ++step) {
        const float t = static_cast<float>(step) / steps_a_curve;
        const Point next =
            straight ? Point{at(i).x + t * (at(i + 1).x - at(i).x), at(i).y + t * (at(i + 1).y - at(i).y)}
                     : curve_point(at(i - 1), at(i), at(i + 1), at(i + 2), t);
        const Point to = warped(next);
        pressure_ = std::clamp(pressure_ + rng_.uniform(-0.06F, 0.06F), 0.75F, 1.25F);
        ink.segment(from, to, radius_ * pressure_);
        from = to;
      }
    }
  }

 private:
  Point warped(Point p) const {
    const Point placed = affine_(p);
    const Point moved = elastic_.displacement(placed);
    return {placed.x + moved.x, placed.y + moved.y};
  }

  Rng& rng_;
  Affine affine_;
  ElasticField elastic_;
  float radius_;
  float pressure_ = 1;
};

using Canvas = std::array<float, digit_pixels>;

/// Converts ink to grey. An edge is about a pixel wide.
void ink_to_grey(const Ink& ink, Rng& rng, Canvas& canvas) {
  const float intensity = rng.uniform(140, 255);
  const float sharpness = rng.uniform(0.55F, 1.1F);
  for (int i = 0; i < digit_pixels; ++i) {
    const float coverage = 0.5F + sharpness * ink.depth(i);
    canvas[static_cast<std::size_t>(i)] = intensity * std::clamp(coverage, 0.0F, 1.0F);
  }
}

/// Changes the pixels of a soft round spot at a random position to blend(pixel, share of the spot
/// in it).
template <class Blend>
void spot(Rng& rng, float radius, Canvas& canvas, Blend blend) {
  const float x = rng.uniform(4, digit_side - 4);
  const float y = rng.uniform(4, digit_side - 4);
  for (int row = 0; row < digit_side; ++row) {
    for (int column = 0; column < digit_side; ++column) {
      const float dx = static_cast<float>(column) - x;
      const float dy = static_cast<float>(row) - y;
      const float share = std::clamp(radius - std::sqrt(dx * dx + dy * dy), 0.0F, 1.0F);
      float& pixel = canvas[static_cast<std::size_t>(row * digit_side + column)];
      pixel = blend(pixel, share);
    }
  }
}

void damage(Rng& rng, Canvas& canvas) {
  if (rng.uniform() < 0.25F) {  // a gap in a stroke
    const float radius = rng.uniform(1.2F, 2.6F);
    spot(rng, radius, canvas, [](float pixel, float share) { return pixel * (1 - 0.9F * share); });
  }
  if (rng.uniform() < 0.25F) {  // a spot of ink
    const float radius = rng.uniform(1.0F, 1.9F);
    const float brightness = rng.uniform(60, 220);
    spot(rng, radius, canvas, [=](float pixel, float share) { return std::max(pixel, brightness * share); });
  }
}

void add_noise(Rng& rng, const Canvas& canvas, std::span<std::uint8_t, digit_pixels> pixels) {
  const float level = rng.uniform(0, 22);  // standard deviation in grey levels
  // The sum of a word's four bytes is almost normally distributed: mean 510, standard deviation
  // 147.8.
  const float scale = level / 147.8F;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::uint32_t word = rng.next();
    const auto sum = static_cast<int>((word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24));
    const float value = canvas[i] + scale * static_cast<float>(sum - 510);
    pixels[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
  }
}

}  // namespace

void draw_digit(std::uint64_t seed, DigitStream stream, std::int64_t index,
                std::span<std::uint8_t, digit_pixels> pixels) {
  Rng rng(seed, Purpose::generated_data, static_cast<std::uint64_t>(index),
          static_cast<std::uint64_t>(stream));
  const std::span<const Skeleton> ways = skeletons_of(static_cast<int>(index % 10));
  const Skeleton& skeleton = ways[rng.below(ways.size())];
  Pen pen(rng);
  Ink ink;
  for (const Stroke& stroke : skeleton) pen.write(stroke, ink);
  Canvas canvas;
  ink_to_grey(ink, rng, canvas);
  damage(rng, canvas);
  add_noise(rng, canvas, pixels);
}

}  // namespace lehr::data
