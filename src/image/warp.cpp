#include "image/warp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "image/values.hpp"
#include "lehr/core/error.hpp"

namespace lehr::image {
namespace {

/// The number of source pixels, along one side, that become one pixel in the middle of the result.
double shrinking(const Geometry& geometry) {
  const Matrix3& m = geometry.to_source;
  const double x = static_cast<double>(geometry.width) / 2;
  const double y = static_cast<double>(geometry.height) / 2;
  const double w = m[6] * x + m[7] * y + m[8];
  // The determinant of a projective map at a point is that of its matrix by w cubed.
  const double determinant = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
                             m[2] * (m[3] * m[7] - m[4] * m[6]);
  return std::sqrt(std::abs(determinant / (w * w * w)));
}

constexpr int fraction_bits = 11;  // integer weights, so that every machine gives the same bytes
constexpr std::int64_t one = std::int64_t{1} << fraction_bits;

/// A place in the source, counted from the centre of its first pixel, in units of 2^-32 pixels.
struct Place {
  std::int64_t x = 0, y = 0;
};
constexpr int place_bits = 32;
constexpr double farthest = 1 << 28;  // in pixels; farther places are moved there

std::int64_t place_of(double position) {
  // A comparison with NaN is false.
  const double near = position < farthest ? std::max(position, -farthest) : farthest;
  return std::llround(near * static_cast<double>(std::int64_t{1} << place_bits));
}

/// The places of a grid of `points` x `points` in each pixel of the result. The grid counts from its first
/// point.
class AffinePlaces {
 public:
  AffinePlaces(const Matrix3& m, std::int64_t points)
      : across_{place_of(m[0] / static_cast<double>(points)), place_of(m[3] / static_cast<double>(points))},
        down_{place_of(m[1] / static_cast<double>(points)), place_of(m[4] / static_cast<double>(points))} {
    const double middle = 0.5 / static_cast<double>(points);
    first_ = {place_of(m[0] * middle + m[1] * middle + m[2] - 0.5),
              place_of(m[3] * middle + m[4] * middle + m[5] - 0.5)};
  }
  Place operator()(std::int64_t column, std::int64_t row) const {
    return {first_.x + column * across_.x + row * down_.x, first_.y + column * across_.y + row * down_.y};
  }

 private:
  Place first_, across_, down_;
};

class ProjectivePlaces {
 public:
  ProjectivePlaces(const Matrix3& m, std::int64_t points) : m_(m), step_(1 / static_cast<double>(points)) {}
  Place operator()(std::int64_t column, std::int64_t row) const {
    const double x = (static_cast<double>(column) + 0.5) * step_;
    const double y = (static_cast<double>(row) + 0.5) * step_;
    const double w = m_[6] * x + m_[7] * y + m_[8];
    if (!(w > 0)) return {place_of(farthest), place_of(farthest)};  // behind the viewer
    return {place_of((m_[0] * x + m_[1] * y + m_[2]) / w - 0.5),
            place_of((m_[3] * x + m_[4] * y + m_[5]) / w - 0.5)};
  }

 private:
  Matrix3 m_;
  double step_;
};

/// Whether integers hold all places of the result.
bool is_near_affine(const Geometry& geometry) {
  const Matrix3& m = geometry.to_source;
  if (m[6] != 0 || m[7] != 0 || m[8] != 1) return false;
  const auto width = static_cast<double>(geometry.width);
  const auto height = static_cast<double>(geometry.height);
  const auto is_near = [&](double across, double down, double offset) {
    return std::abs(across) * width + std::abs(down) * height + std::abs(offset) < farthest;
  };
  return is_near(m[0], m[1], m[2]) && is_near(m[3], m[4], m[5]);
}

/// Makes one picture by bilinear interpolation. `Channels` 0: any number.
template <class Value, int Channels>
class Warp {
 public:
  Warp(const Image& from, const Border& border, std::int64_t points)
      : from_(from),
        in_(values_of<Value>(from).data()),
        reflect_(border.reflect),
        level_(value_of_level<Value>(border.level)),
        points_(points) {}

  template <class Places>
  void make(Image& to, const Places& places) const {
    Value* out = values_of<Value>(to).data();
    for (std::int64_t y = 0; y < to.height; ++y) {
      for (std::int64_t x = 0; x < to.width; ++x, out += channels()) make_pixel(x, y, places, out);
    }
  }

 private:
  using Sums = std::array<std::int64_t, Channels == 0 ? 4 : Channels>;
  using Weights = std::array<std::int64_t, 4>;

  std::int64_t channels() const {
    if constexpr (Channels == 0) return from_.channels;
    return Channels;
  }

  template <class Places>
  void make_pixel(std::int64_t x, std::int64_t y, const Places& places, Value* out) const {
    Sums sums{};
    if (points_ == 1) {
      add(places(x, y), sums);
      return write(sums, 1, out);
    }
    for (std::int64_t row = 0; row < points_; ++row) {
      for (std::int64_t column = 0; column < points_; ++column) {
        add(places(x * points_ + column, y * points_ + row), sums);
      }
    }
    write(sums, points_ * points_, out);
  }

  void write(const Sums& sums, std::int64_t points, Value* out) const {
    const std::int64_t whole = points * one * one;
    for (std::int64_t c = 0; c < channels(); ++c) {
      const std::int64_t sum = sums[static_cast<std::size_t>(c)] + whole / 2;
      out[c] = static_cast<Value>(points == 1 ? sum >> (2 * fraction_bits) : sum / whole);
    }
  }

  /// Adds the interpolated value at a place.
  void add(const Place& place, Sums& sums) const {
    constexpr int dropped = place_bits - fraction_bits;
    const std::int64_t x = (place.x + (std::int64_t{1} << (dropped - 1))) >> dropped;
    const std::int64_t y = (place.y + (std::int64_t{1} << (dropped - 1))) >> dropped;
    const std::int64_t right = x & (one - 1);
    const std::int64_t lower = y & (one - 1);
    const Weights weights{(one - right) * (one - lower), right * (one - lower), (one - right) * lower,
                          right * lower};
    const std::int64_t column = x >> fraction_bits;
    const std::int64_t row = y >> fraction_bits;
    if (column >= 0 && row >= 0 && column + 1 < from_.width && row + 1 < from_.height) {
      add_inside(column, row, weights, sums);
    } else {
      add_at_edge(column, row, weights, sums);
    }
  }

  void add_inside(std::int64_t column, std::int64_t row, const Weights& weights, Sums& sums) const {
    const Value* upper = in_ + (row * from_.width + column) * channels();
    const Value* lower = upper + from_.width * channels();
    for (std::int64_t c = 0; c < channels(); ++c) {
      sums[static_cast<std::size_t>(c)] += weights[0] * upper[c] + weights[1] * upper[c + channels()] +
                                           weights[2] * lower[c] + weights[3] * lower[c + channels()];
    }
  }

  void add_at_edge(std::int64_t column, std::int64_t row, const Weights& weights, Sums& sums) const {
    for (std::int64_t i = 0; i < 4; ++i) {
      std::int64_t x = column + i % 2;
      std::int64_t y = row + i / 2;
      if (reflect_) {
        x = reflected(x, from_.width);
        y = reflected(y, from_.height);
      }
      const bool inside = x >= 0 && y >= 0 && x < from_.width && y < from_.height;
      const Value* pixel = in_ + (inside ? (y * from_.width + x) * channels() : 0);
      for (std::int64_t c = 0; c < channels(); ++c) {
        sums[static_cast<std::size_t>(c)] +=
            weights[static_cast<std::size_t>(i)] * (inside ? pixel[c] : level_);
      }
    }
  }

  const Image& from_;
  const Value* in_;
  bool reflect_;
  Value level_;
  std::int64_t points_;  // along one side of a pixel
};

template <class Value, int Channels>
void warp_channels(const Image& from, const Geometry& geometry, const Border& border, Image& to) {
  constexpr std::int64_t most_points = 8;
  const double shrunk = std::min(static_cast<double>(most_points), shrinking(geometry));  // 8 if it is NaN
  const std::int64_t points = std::max<std::int64_t>(1, std::llround(shrunk));
  const Warp<Value, Channels> warp(from, border, points);
  if (is_near_affine(geometry)) return warp.make(to, AffinePlaces(geometry.to_source, points));
  warp.make(to, ProjectivePlaces(geometry.to_source, points));
}

template <class Value>
void warp_values(const Image& from, const Geometry& geometry, const Border& border, Image& to) {
  switch (from.channels) {
    case 1:
      return warp_channels<Value, 1>(from, geometry, border, to);
    case 3:
      return warp_channels<Value, 3>(from, geometry, border, to);
    default:
      return warp_channels<Value, 0>(from, geometry, border, to);
  }
}

}  // namespace

void warp(const Image& from, const Geometry& geometry, const Border& border, Image& to) {
  if (from.channels > 4) {
    throw BadInput("a picture of " + std::to_string(from.channels) +
                   " channels cannot be warped; expected 1 to 4");
  }
  to.reset({from.channels, geometry.height, geometry.width}, from.bits);
  with_value_type(from, [&](auto zero) { warp_values<decltype(zero)>(from, geometry, border, to); });
}

}  // namespace lehr::image
