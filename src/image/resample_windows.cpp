#include "image/resample_windows.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lehr::image {
namespace {

/// How far from its centre a filter is not 0.
double support_of(Filter filter) {
  switch (filter) {
    case Filter::bilinear:
      return 1;
    case Filter::bicubic:
      return 2;
    case Filter::lanczos:
      return 3;
  }
  return 0;
}

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

/// Keys' cubic convolution with a = -0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos3(double x) { return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0; }

WeightPair pair_of(std::int32_t first, std::int32_t second) {
  constexpr std::int32_t lower = (1 << lower_weight_bits) - 1;
  const auto halves = [](std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>((static_cast<std::uint32_t>(b) << 16) |
                                     (static_cast<std::uint32_t>(a) & 0xFFFF));
  };
  return {halves(first >> lower_weight_bits, second >> lower_weight_bits),
          halves(first & lower, second & lower)};
}

double filter_at(Filter filter, double x) {
  switch (filter) {
    case Filter::bilinear:
      return triangle(x);
    case Filter::bicubic:
      return cubic(x);
    case Filter::lanczos:
      return lanczos3(x);
  }
  return 0;
}

}  // namespace

void Windows::prepare(const Resampling& resampling) {
  if (resampling == prepared_) return;
  prepared_ = {};
  firsts_.clear();
  begins_.assign(1, 0);
  weights_.clear();
  pair_begins_.assign(1, 0);
  pairs_.clear();
  const double scale = (resampling.end - resampling.begin) / static_cast<double>(resampling.to);
  const double filter_scale = std::max(scale, 1.0);
  const double support = support_of(resampling.filter) * filter_scale;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < resampling.to; ++i) {
    const double centre = resampling.begin + (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - support + 0.5));
    const auto last = std::min(resampling.from, static_cast<std::int64_t>(centre + support + 0.5));
    weights.clear();
    for (std::int64_t j = first; j < last; ++j) {
      weights.push_back(filter_at(resampling.filter, (static_cast<double>(j) + 0.5 - centre) / filter_scale));
    }
    append(first, weights);
  }
  prepared_ = resampling;
}

void Windows::append(std::int64_t first, std::span<const double> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (const double weight : weights) {
    weights_.push_back(static_cast<std::int32_t>(std::lround(weight / sum * (1 << weight_bits))));
  }
  for (std::size_t i = begins_.back(); i < weights_.size(); i += 2) {
    pairs_.push_back(pair_of(weights_[i], i + 1 < weights_.size() ? weights_[i + 1] : 0));
  }
  firsts_.push_back(first);
  begins_.push_back(weights_.size());
  pair_begins_.push_back(pairs_.size());
}

std::int64_t Windows::end() const {
  return firsts_.back() + static_cast<std::int64_t>(begins_.back() - begins_[begins_.size() - 2]);
}

}  // namespace lehr::image
