#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "lehr/study/runs.hpp"

namespace lehr::study {

using RunsBySeed = std::map<std::uint64_t, SeedRun>;

/// Throws BadInput as check_variant does.
RunsBySeed by_seed(const Variant& variant);

struct RunPair {
  SeedRun a;
  SeedRun b;
};

/// The runs of the seeds that both variants ran, finished or not, by seed.
std::vector<RunPair> pairs_of(const RunsBySeed& a, const RunsBySeed& b);

inline bool finished(const SeedRun& run) { return run.outcome == Outcome::finished; }

/// Of the finished runs, by seed.
std::vector<double> finished_values(const RunsBySeed& runs);

}  // namespace lehr::study
