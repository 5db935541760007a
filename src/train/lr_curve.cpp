#include "lehr/train/lr_curve.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

using Points = std::span<const LrPoint>;

// As in fastai, the first tenth and the last five points are ignored.
Points without_ends(Points curve, const LrSweep& sweep) {
  constexpr std::size_t last_points = 5;
  const auto not_finite = [](const LrPoint& point) { return !std::isfinite(point.smoothed); };
  curve = curve.first(static_cast<std::size_t>(std::ranges::find_if(curve, not_finite) - curve.begin()));
  const std::size_t skipped = static_cast<std::size_t>(sweep.batches) / 10;
  if (curve.size() < skipped + last_points) return {};
  return curve.subspan(skipped, curve.size() - skipped - last_points);
}

struct Fall {
  std::size_t end = 0;
  std::size_t length = 0;
  std::size_t start() const { return end > length ? end - length : 0; }
};

// The longest subsequence of falling losses, found by the point at which it ends.
Fall longest_fall(Points points) {
  std::vector<std::size_t> length(points.size(), 1);
  Fall longest{0, 1};
  for (std::size_t i = 1; i < points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (points[i].smoothed < points[j].smoothed) length[i] = std::max(length[i], length[j] + 1);
    }
    if (length[i] > longest.length) longest = {i, length[i]};
  }
  return longest;
}

// The noise of the losses, as the standard deviation of a normal distribution. It is estimated from the
// median change between consecutive losses. The trend of the curve and the divergence at its end hardly
// affect the median.
double noise_of(Points points) {
  std::vector<double> changes;
  for (std::size_t i = 1; i < points.size(); ++i)
    changes.push_back(std::abs(points[i].loss - points[i - 1].loss));
  const auto middle = changes.begin() + static_cast<std::ptrdiff_t>(changes.size() / 2);
  std::ranges::nth_element(changes, middle);
  return *middle / (0.6745 * std::sqrt(2.0));
}

// An exponential mean with beta 0.98 averages over roughly as many losses as there are points.
std::string why_no_valley(Points points, const Fall& fall) {
  const double top = points[fall.start()].smoothed;
  double bottom = top;
  for (const LrPoint& point : points) bottom = std::min(bottom, point.smoothed);
  const double drop = top - bottom;
  constexpr double min_drop_share = 0.05;
  constexpr double min_drop_in_noise = 4;
  if (!(drop >= min_drop_share * std::abs(top))) {
    return "no clear valley: over the whole sweep the loss falls by less than 5 %";
  }
  const double noise = noise_of(points) / std::sqrt(static_cast<double>(points.size()));
  if (drop < min_drop_in_noise * noise) return "no clear valley: what the loss falls by is lost in its noise";
  return {};
}

// fastai starts at end - length. For a curve that only falls, this is one before the first point.
double valley(Points points, const Fall& fall) {
  const double third = static_cast<double>(fall.length) / 3;
  const double at = static_cast<double>(fall.end) - static_cast<double>(fall.length) + std::floor(third) +
                    std::floor(third / 2);
  return points[static_cast<std::size_t>(std::max(at, 0.0))].lr;
}

double steepest(Points points) {
  std::size_t at = 0;
  double least = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double slope =
        (points[i + 1].smoothed - points[i].smoothed) / std::log(points[i + 1].lr / points[i].lr);
    if (i > 0 && slope >= least) continue;
    least = slope;
    at = i;
  }
  return points[at].lr;
}

double tenth_of_minimum(Points points) {
  return std::ranges::min_element(points, {}, &LrPoint::smoothed)->lr / 10;
}

// Change of the loss per point: half the difference between the two neighbours, or at the ends the difference
// to the only neighbour.
std::vector<double> gradient(Points points) {
  std::vector<double> found(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t before = i == 0 ? 0 : i - 1;
    const std::size_t after = std::min(i + 1, points.size() - 1);
    found[i] = (points[after].smoothed - points[before].smoothed) / static_cast<double>(after - before);
  }
  return found;
}

// A window of 15 points moves left from the right end while the gradients at its ends differ by more than the
// threshold. The suggestion is its left end at the last such position.
std::optional<double> slide(Points points) {
  constexpr std::size_t window = 15;
  constexpr double threshold = 0.005;
  if (points.size() <= window) return std::nullopt;
  const std::vector<double> slope = gradient(points);
  std::size_t left = points.size() - 1 - window;
  std::size_t found = left;
  for (; std::abs(slope[left + window] - slope[left]) > threshold; --left) {
    found = left;
    if (left == 0) break;
  }
  return points[found].lr;
}

}  // namespace

double LrSweep::lr(int i) const {
  if (batches == 1) return from;
  return from * std::pow(to / from, static_cast<double>(i) / (batches - 1));
}

void check(const LrSweep& sweep) {
  if (!(sweep.from > 0) || !(sweep.to > sweep.from) || !std::isfinite(sweep.to / sweep.from)) {
    throw BadInput("a sweep goes from a rate above 0 to a higher one, with a finite ratio; found " +
                   number_text(sweep.from) + " to " + number_text(sweep.to));
  }
  if (sweep.batches < 1) {
    throw BadInput("a sweep takes 1 batch or more, found " + std::to_string(sweep.batches));
  }
  if (!(sweep.beta >= 0 && sweep.beta < 1)) {
    throw BadInput("the beta of a sweep must be at least 0 and below 1, found " + number_text(sweep.beta));
  }
  if (!(sweep.stop_factor > 1)) {
    throw BadInput("the stop factor of a sweep must be above 1, found " + number_text(sweep.stop_factor));
  }
}

double SmoothedLoss::add(double loss) {
  mean_ = beta_ * mean_ + (1 - beta_) * loss;
  weight_ *= beta_;
  return mean_ / (1 - weight_);
}

LrSuggestions suggest_lr(Points curve, const LrSweep& sweep) {
  constexpr std::size_t fewest = 10;
  const Points points = without_ends(curve, sweep);
  if (points.size() < fewest) {
    return {.note = "no clear valley: the sweep gave " + counted(curve.size(), "loss") + ", too few"};
  }
  LrSuggestions found;
  const Fall fall = longest_fall(points);
  found.note = why_no_valley(points, fall);
  if (!found.note.empty()) return found;
  found.valley = valley(points, fall);
  found.steep = steepest(points);
  found.minimum = tenth_of_minimum(points);
  found.slide = slide(points);
  return found;
}

LrBand lr_band(std::span<const std::vector<LrPoint>> curves) {
  LrBand band;
  if (curves.empty()) return band;
  std::size_t common = curves.front().size();
  for (const auto& curve : curves) common = std::min(common, curve.size());
  for (std::size_t i = 0; i < common; ++i) {
    std::vector<double> losses;
    for (const auto& curve : curves) losses.push_back(curve[i].smoothed);
    std::ranges::sort(losses);
    const std::size_t middle = losses.size() / 2;
    const double median = losses.size() % 2 == 1 ? losses[middle] : (losses[middle - 1] + losses[middle]) / 2;
    band.levels.push_back({curves.front()[i].lr, losses.front(), median, losses.back()});
  }
  return band;
}

}  // namespace lehr
