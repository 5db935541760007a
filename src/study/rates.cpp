#include "study/rates.hpp"

#include <limits>

#include "lehr/study/significance.hpp"

namespace lehr::study {
namespace {

Rate counted_rate(std::int64_t count, std::int64_t of) {
  return {.count = count, .of = of, .interval = wilson(count, of)};
}

}  // namespace

double Rate::share() const {
  return of > 0 ? static_cast<double>(count) / static_cast<double>(of)
                : std::numeric_limits<double>::quiet_NaN();
}

bool failed(const SeedRun& run, Failure failure) {
  switch (failure) {
    case Failure::collapsed:
      return run.outcome == Outcome::collapsed;
    case Failure::diverged:
      return run.outcome == Outcome::diverged;
    case Failure::any:
      break;
  }
  return !finished(run);
}

Rate failure_rate(const Variant& variant, Failure failure) {
  check_variant(variant);
  std::int64_t count = 0;
  for (const SeedRun& run : variant.runs) count += failed(run, failure) ? 1 : 0;
  return counted_rate(count, std::ssize(variant.runs));
}

Rate rate_of(std::span<const RunPair> pairs, SeedRun RunPair::*side, Failure failure) {
  std::int64_t count = 0;
  for (const RunPair& pair : pairs) count += failed(pair.*side, failure) ? 1 : 0;
  return counted_rate(count, std::ssize(pairs));
}

RateComparison compare_rates(std::span<const RunPair> pairs, Failure failure) {
  RateComparison found;
  found.a = rate_of(pairs, &RunPair::a, failure);
  found.b = rate_of(pairs, &RunPair::b, failure);
  for (const RunPair& pair : pairs) {
    const bool a = failed(pair.a, failure);
    const bool b = failed(pair.b, failure);
    if (a && !b) ++found.only_a;
    if (b && !a) ++found.only_b;
  }
  found.p = mcnemar_p(found.only_a, found.only_b);
  return found;
}

RateComparison compare_rates(const Variant& a, const Variant& b, Failure failure) {
  return compare_rates(pairs_of(by_seed(a), by_seed(b)), failure);
}

}  // namespace lehr::study
