#pragma once

#include <span>

namespace lehr::study {

/// Spearman's: Pearson's correlation of the ranks, where equal numbers have their mean rank. 0 if all numbers
/// of one side are equal. Both sides have the same size. Source: Spearman, 1904.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace lehr::study
