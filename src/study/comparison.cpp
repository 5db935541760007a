#include "lehr/study/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/study/significance.hpp"
#include "study/mean_estimate.hpp"
#include "study/moments.hpp"
#include "study/rates.hpp"

namespace lehr::study {
namespace {

/// The value on the scale on which pairs are subtracted.
double scaled(double value, Scale scale, const std::string& variant) {
  if (scale == Scale::difference) return value;
  if (value > 0) return std::log(value);
  throw BadInput("ratios need positive values, found " + number_text(value) + " in variant " +
                 in_quotes(variant));
}

struct Differences {
  std::vector<double> values;
  double magnitude = 0;  ///< of the numbers whose differences they are
};

Differences differences_of(std::span<const RunPair> pairs, const Comparison& names) {
  Differences found;
  for (const RunPair& pair : pairs) {
    if (!finished(pair.a) || !finished(pair.b)) continue;
    const double a = scaled(pair.a.value, names.scale, names.a);
    const double b = scaled(pair.b.value, names.scale, names.b);
    if (!std::isfinite(b - a)) {
      throw BadInput("the values of variants " + in_quotes(names.a) + " and " + in_quotes(names.b) +
                     " are too far apart: their difference is no finite number");
    }
    found.values.push_back(b - a);
    found.magnitude = std::max({found.magnitude, std::abs(a), std::abs(b)});
  }
  // The logarithm of a ratio near 1 is exact to about 1e-16.
  if (names.scale == Scale::ratio) found.magnitude = std::max(found.magnitude, 1.0);
  return found;
}

/// Equal differences have no spread from which an interval could come. Then only their signs speak, as in
/// sign_flip_p: n equal ones occur by chance in 2^(1-n) of all cases.
void set_without_spread(Comparison& comparison, bool noise_free) {
  const bool none = comparison.effect == 0;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  comparison.effect_size = none ? 0 : std::copysign(infinity, comparison.effect);
  const double chance = std::ldexp(1.0, 1 - static_cast<int>(std::min<std::int64_t>(comparison.pairs, 1000)));
  if (noise_free || chance <= significance_level) {
    comparison.detectable = 0;
    if (!none && !noise_free) comparison.p = chance;
    return;
  }
  comparison.interval = {.low = -infinity, .high = infinity};
  comparison.p = none ? 1 : chance;
}

void set_values(Comparison& comparison, const Differences& differences, const ComparisonOptions& options) {
  const MeanEstimate estimate =
      estimate_mean({.values = differences.values, .magnitude = differences.magnitude}, options.resampling);
  comparison.pairs = estimate.n;
  comparison.effect = estimate.mean;
  comparison.sd = estimate.sd;
  comparison.interval = estimate.interval;
  comparison.p = estimate.p;
  if (estimate.sd == 0) {
    set_without_spread(comparison, options.noise_free);
  } else if (estimate.n >= 2) {
    comparison.effect_size = estimate.mean / estimate.sd;
    comparison.detectable = smallest_effect_shown(estimate.n, estimate.sd);
  }
  comparison.p_adjusted = comparison.p;
}

void set_failures(Comparison& comparison, std::span<const RunPair> pairs) {
  comparison.collapsed_a = rate_of(pairs, &RunPair::a, Failure::collapsed);
  comparison.collapsed_b = rate_of(pairs, &RunPair::b, Failure::collapsed);
  comparison.diverged_a = rate_of(pairs, &RunPair::a, Failure::diverged);
  comparison.diverged_b = rate_of(pairs, &RunPair::b, Failure::diverged);
  comparison.failures = compare_rates(pairs, Failure::any);
}

}  // namespace

Comparison compare(const Variant& a, const Variant& b, const ComparisonOptions& options) {
  const RunsBySeed runs_a = by_seed(a);
  const RunsBySeed runs_b = by_seed(b);
  const std::vector<RunPair> pairs = pairs_of(runs_a, runs_b);
  Comparison comparison{.a = a.name, .b = b.name, .scale = options.scale};
  set_values(comparison, differences_of(pairs, comparison), options);
  set_failures(comparison, pairs);
  comparison.missing = std::ssize(runs_a) + std::ssize(runs_b) - 2 * std::ssize(pairs);
  comparison.failed = std::ssize(pairs) - comparison.pairs;
  return comparison;
}

void correct_family(std::span<Comparison> comparisons) {
  std::vector<double> p;
  for (const Comparison& one : comparisons) {
    if (!std::isnan(one.p)) p.push_back(one.p);
  }
  const std::vector<double> corrected = holm(p);
  std::size_t next = 0;
  for (Comparison& one : comparisons) {
    if (std::isnan(one.p)) continue;
    one.p_adjusted = corrected[next++];
    one.family = std::ssize(p);
  }
}

std::vector<Comparison> compare_with_first(std::span<const Variant> variants,
                                           const ComparisonOptions& options) {
  if (variants.size() < 2) {
    throw BadInput("a comparison needs 2 variants or more, found " + std::to_string(variants.size()));
  }
  std::set<std::string> names;
  for (const Variant& variant : variants) {
    if (!names.insert(variant.name).second) {
      throw BadInput("two variants have the name " + in_quotes(variant.name));
    }
  }
  std::vector<Comparison> found;
  for (const Variant& variant : variants.subspan(1)) found.push_back(compare(variants[0], variant, options));
  correct_family(found);
  return found;
}

}  // namespace lehr::study
