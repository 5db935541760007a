#include "lehr/study/trend.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "study/mean_estimate.hpp"
#include "study/moments.hpp"
#include "study/pairing.hpp"
#include "study/rank_correlation.hpp"

namespace lehr::study {
namespace {

void check_axis(std::span<const double> axis, std::span<const Variant> variants) {
  if (axis.size() != variants.size()) {
    throw BadInput("a trend needs a place on the axis for each variant, found " +
                   std::to_string(axis.size()) + " places and " + std::to_string(variants.size()) +
                   " variants");
  }
  if (axis.size() < 3) {
    throw BadInput("a trend needs 3 variants or more, found " + std::to_string(axis.size()));
  }
  check_finite(axis, "places on the axis of a trend");
  if (std::ranges::max(axis) == std::ranges::min(axis)) {
    throw BadInput("a trend needs different places on the axis, found only one");
  }
}

/// Of two seeds that agree by chance, the interval is so narrow that noise looks like a trend.
constexpr std::size_t least_seeds = 3;

/// values[s][v]: of the seeds with which all variants finished.
using Table = std::vector<std::vector<double>>;

Table complete_seeds(const std::vector<RunsBySeed>& runs) {
  Table table;
  for (const auto& [seed, first] : runs.front()) {
    std::vector<double> row;
    for (const RunsBySeed& variant : runs) {
      const auto run = variant.find(seed);
      if (run != variant.end() && finished(run->second)) row.push_back(run->second.value);
    }
    if (row.size() == runs.size()) table.push_back(std::move(row));
  }
  return table;
}

std::int64_t count_seeds(const std::vector<RunsBySeed>& runs) {
  RunsBySeed all;
  for (const RunsBySeed& variant : runs) all.insert(variant.begin(), variant.end());
  return std::ssize(all);
}

std::vector<double> means_of(const Table& table) {
  std::vector<double> means;
  for (std::size_t v = 0; v < table.front().size(); ++v) {
    std::vector<double> column;
    for (const std::vector<double>& row : table) column.push_back(row[v]);
    means.push_back(mean_of(column));
  }
  return means;
}

/// Random weights of the seeds, so that the weighted sum of deviations from the mean spreads as the mean
/// would: normal numbers, divided by the root of a chi-squared number as in Student's t.
std::vector<double> seed_weights(Rng& rng, std::size_t seeds) {
  std::vector<double> weights(seeds);
  for (double& weight : weights) weight = static_cast<double>(rng.normal());
  double chi_squared = 0;
  for (std::size_t i = 1; i < seeds; ++i) {
    const auto normal = static_cast<double>(rng.normal());
    chi_squared += normal * normal;
  }
  const double scale = 1 / std::sqrt(static_cast<double>(seeds) * std::max(chi_squared, 1e-30));
  for (double& weight : weights) weight *= scale;
  return weights;
}

/// The deviations of each seed from the means of the variants.
Table deviations_of(Table table, std::span<const double> means) {
  for (std::vector<double>& row : table) {
    for (std::size_t v = 0; v < row.size(); ++v) row[v] -= means[v];
  }
  return table;
}

Interval correlation_interval(std::span<const double> axis, const Table& table, std::span<const double> means,
                              const Resampling& resampling) {
  const Table deviations = deviations_of(table, means);
  Rng rng(resampling.seed, Purpose::resampling, table.size(), means.size());
  std::vector<double> found;
  for (int resample = 0; resample < resampling.resamples; ++resample) {
    std::vector<double> moved(means.begin(), means.end());
    const std::vector<double> weights = seed_weights(rng, table.size());
    for (std::size_t s = 0; s < table.size(); ++s) {
      for (std::size_t v = 0; v < moved.size(); ++v) moved[v] += weights[s] * deviations[s][v];
    }
    found.push_back(rank_correlation(axis, moved));
  }
  std::ranges::sort(found);
  const std::size_t tail = found.size() / 40;
  return {.low = found[tail - 1], .high = found[found.size() - tail]};
}

}  // namespace

Trend trend(std::span<const double> axis, std::span<const Variant> variants, const Resampling& resampling) {
  check_axis(axis, variants);
  check_resampling(resampling);
  Trend found;
  std::vector<std::size_t> order(axis.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return axis[i]; });
  std::vector<RunsBySeed> runs;
  std::vector<double> places;
  for (const std::size_t i : order) {
    RunsBySeed of_variant = by_seed(variants[i]);
    if (finished_values(of_variant).size() < 2) {
      found.left_out.push_back(i);
      continue;
    }
    found.used.push_back(i);
    places.push_back(axis[i]);
    runs.push_back(std::move(of_variant));
  }
  if (runs.empty()) return found;
  const Table table = complete_seeds(runs);
  found.seeds = std::ssize(table);
  found.dropped = count_seeds(runs) - found.seeds;
  if (table.empty()) return found;
  found.means = means_of(table);
  if (table.size() < least_seeds || runs.size() < 3 || places.front() == places.back()) return found;
  found.correlation = rank_correlation(places, found.means);
  found.interval = correlation_interval(places, table, found.means, resampling);
  return found;
}

}  // namespace lehr::study
