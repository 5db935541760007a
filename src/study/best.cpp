#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/study/significance.hpp"
#include "lehr/study/trend.hpp"
#include "study/moments.hpp"
#include "study/pairing.hpp"

namespace lehr::study {

std::optional<Best> best_of(std::span<const Variant> variants, const BestOptions& options) {
  if (variants.size() < 2) {
    throw BadInput("the best of a study needs 2 variants or more, found " + std::to_string(variants.size()));
  }
  Best found;
  double best_mean = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const std::vector<double> finished = finished_values(by_seed(variants[i]));
    if (finished.size() < 2) continue;  // one seed shows nothing
    const double mean = mean_of(finished);
    const bool ahead = options.higher_is_better ? mean > best_mean : mean < best_mean;
    if (std::isnan(mean) || (!std::isnan(best_mean) && !ahead)) continue;
    best_mean = mean;
    found.best = i;
  }
  if (std::isnan(best_mean)) return std::nullopt;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (i == found.best) continue;
    others.push_back(i);
    found.comparisons.push_back(compare(variants[found.best], variants[i], options.comparison));
  }
  correct_family(found.comparisons);
  for (std::size_t i = 0; i < others.size(); ++i) {
    const Comparison& with_best = found.comparisons[i];
    const bool behind = options.higher_is_better ? with_best.effect < 0 : with_best.effect > 0;
    const bool told_apart = behind && with_best.p_adjusted <= significance_level;
    if (!told_apart) found.not_told_apart.push_back(others[i]);
  }
  return found;
}

}  // namespace lehr::study
