#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/study/comparison.hpp"
#include "lehr/study/interval.hpp"
#include "lehr/study/runs.hpp"

namespace lehr::study {

/// A quantity along an ordered axis, such as the batch size. Numbers are over the seeds with which every
/// variant finished.
struct Trend {
  std::int64_t seeds = 0;
  std::int64_t dropped = 0;           ///< other seeds of the variants in `used`
  std::vector<std::size_t> used;      ///< variants with two finished runs or more, in the order of the axis
  std::vector<std::size_t> left_out;  ///< the other variants
  std::vector<double> means;          ///< of the variants in `used`
  /// Spearman's rank correlation of the axis and the means; ties have their mean rank; 0 if all means are
  /// equal. NaN, without an interval, with less than two seeds or three variants.
  double correlation = std::numeric_limits<double>::quiet_NaN();
  /// Of the correlation that means without noise would have.
  Interval interval{};
};

/// The trend of `variants[i]` at `axis[i]`. A resample gives each seed a random weight, the same for all
/// variants, and scales it so that the means spread as Student's t (a multiplier bootstrap: Wu, "Jackknife,
/// bootstrap and other resampling methods", 1986). Drawing seeds with replacement would see a trend in noise
/// in 20 % of studies with three seeds. Throws BadInput if the sizes differ, there are fewer than three
/// variants, the axis is not finite or constant, and in the cases of check_variant.
Trend trend(std::span<const double> axis, std::span<const Variant> variants,
            const Resampling& resampling = {});

/// "accuracy falls with batch size (rank correlation -0.90, ...)", for names such as "accuracy" and "batch
/// size". If the interval includes 0, it says that the seeds cannot tell.
std::string trend_sentence(const Trend& trend, const std::string& quantity, const std::string& axis);

/// The variant with the best mean, and those that cannot be told from it.
struct Best {
  std::size_t best = 0;
  std::vector<std::size_t> not_told_apart;  ///< indices of variants, without the best, in their order
  std::vector<Comparison> comparisons;      ///< of the best with each other variant, corrected as a family
};

struct BestOptions {
  bool higher_is_better = true;
  ComparisonOptions comparison{};
};

/// The means are over the finished runs of each variant; of equal means the first is the best. A variant is
/// told apart if it is behind the best over their shared seeds and its p after Holm is at most 0.05. One with
/// less than two pairs, or without a finished run, is not. None is the best if no variant has two finished
/// runs. Throws BadInput if there are fewer than two variants, and in the cases of compare.
std::optional<Best> best_of(std::span<const Variant> variants, const BestOptions& options = {});

}  // namespace lehr::study
