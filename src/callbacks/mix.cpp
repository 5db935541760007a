#include "lehr/callbacks/mix.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

// Gamma(shape, 1) by Marsaglia and Tsang 2000. For shapes below 1 it uses Gamma(shape + 1) U^(1 / shape).
double gamma(Rng& rng, double shape) {
  if (shape < 1) {
    const double u = std::max(static_cast<double>(rng.uniform()), 1e-12);
    return gamma(rng, shape + 1) * std::pow(u, 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = static_cast<double>(rng.normal());
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    const double u = std::max(static_cast<double>(rng.uniform()), 1e-12);
    if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double beta(Rng& rng, double alpha) {
  const double a = gamma(rng, alpha);
  const double b = gamma(rng, alpha);
  return a + b > 0 ? a / (a + b) : 0.5;
}

}  // namespace

Mix::Mix(MixOptions options) : options_(options) {
  if (options_.alpha > 0 && std::isfinite(options_.alpha)) return;
  throw BadInput("alpha of MixUp and CutMix must be finite and above 0, found " +
                 number_text(options_.alpha));
}

void Mix::before_batch(Learner& learner) {
  if (!learner.progress().training) return;
  Batch& batch = learner.batch();
  const Shape& image = batch.image_shape;
  const auto size = static_cast<std::size_t>(batch.size);
  Rng rng(learner.options().seed, Purpose::mixing,
          static_cast<std::uint64_t>(learner.progress().train_batches));
  partners_.resize(size);
  std::iota(partners_.begin(), partners_.end(), std::int64_t{0});
  for (std::size_t i = size; i > 1; --i) std::swap(partners_[i - 1], partners_[rng.below(i)]);
  const std::span<float> values = batch.pixels();
  originals_.assign(values.begin(), values.end());
  shares_.assign(size, 1.0F);
  mix({values.data(), originals_.data(), batch.size, image[0], image[1], image[2]}, partners_, rng, shares_);

  const auto classes = static_cast<std::size_t>(learner.data().classes());
  targets_.assign(size * classes, 0.0F);
  labels_.assign(batch.targets, batch.targets + size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto own = static_cast<std::size_t>(batch.targets[i]);
    const auto other = static_cast<std::size_t>(batch.targets[partners_[i]]);
    targets_[i * classes + own] += shares_[i];
    targets_[i * classes + other] += 1 - shares_[i];
    if (shares_[i] < 0.5F) labels_[i] = static_cast<std::int64_t>(other);
  }
  batch.soft_targets = targets_.data();
  batch.targets = labels_.data();
}

void MixUp::mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
                std::vector<float>& shares) const {
  for (float& share : shares) {
    const double drawn = beta(rng, alpha());
    share = static_cast<float>(std::max(drawn, 1 - drawn));
  }
  const std::int64_t pixels = images.channels * images.height * images.width;
  parallel_for(images.count, 16, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float* other = images.originals + partners[at] * pixels;
      float* mixed = images.mixed + i * pixels;
      for (std::int64_t p = 0; p < pixels; ++p)
        mixed[p] = shares[at] * mixed[p] + (1 - shares[at]) * other[p];
    }
  });
}

void CutMix::mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
                 std::vector<float>& shares) const {
  const double side = std::sqrt(1 - beta(rng, alpha()));
  const auto range = [&](std::int64_t extent) {
    const auto center = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(extent)));
    const auto half = static_cast<std::int64_t>(static_cast<double>(extent) * side / 2);
    return std::pair(std::max<std::int64_t>(center - half, 0), std::min(center + half, extent));
  };
  const auto [top, bottom] = range(images.height);
  const auto [left, right] = range(images.width);
  const std::int64_t row = images.width * images.channels;
  for (std::int64_t i = 0; i < images.count; ++i) {
    const std::int64_t other = partners[static_cast<std::size_t>(i)];
    for (std::int64_t y = top; y < bottom; ++y) {
      const float* from = images.originals + (other * images.height + y) * row;
      float* to = images.mixed + (i * images.height + y) * row;
      std::copy(from + left * images.channels, from + right * images.channels, to + left * images.channels);
    }
  }
  const double cut = static_cast<double>((bottom - top) * (right - left));
  const double area = static_cast<double>(images.height * images.width);
  std::ranges::fill(shares, static_cast<float>(1 - cut / area));
}

}  // namespace lehr
