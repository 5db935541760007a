#pragma once

#include <span>
#include <vector>

#include "lehr/study/summary.hpp"
#include "study/pairing.hpp"

namespace lehr::study {

bool failed(const SeedRun& run, Failure failure);

/// Which side of the pairs.
Rate rate_of(std::span<const RunPair> pairs, SeedRun RunPair::*side, Failure failure);

RateComparison compare_rates(std::span<const RunPair> pairs, Failure failure);

}  // namespace lehr::study
