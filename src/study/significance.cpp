#include "lehr/study/significance.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "study/moments.hpp"
#include "study/student_t.hpp"

namespace lehr::study {
namespace {

/// The chance of at most k heads in n throws of a coin.
double coin_tail(std::int64_t k, std::int64_t n) {
  const auto throws = static_cast<double>(n);
  double sum = 0;
  for (std::int64_t heads = 0; heads <= k; ++heads) {
    const auto h = static_cast<double>(heads);
    sum += std::exp(std::lgamma(throws + 1) - std::lgamma(h + 1) - std::lgamma(throws - h + 1) -
                    throws * std::log(2.0));
  }
  return sum;
}

void check_not_negative(double value, const char* what) {
  if (value >= 0 && std::isfinite(value)) return;
  throw BadInput(std::string(what) + " must be finite and not negative, found " + number_text(value));
}

}  // namespace

double t_test_p(std::span<const double> differences) {
  if (differences.size() < 2) {
    throw BadInput("a t test needs 2 differences or more, found " + std::to_string(differences.size()));
  }
  check_finite(differences, "differences");
  const double sd = sd_of(differences, largest_size(differences));
  const double mean = mean_of(differences);
  if (sd == 0) return mean == 0 ? 1 : 0;
  const auto n = static_cast<double>(differences.size());
  return student_t_two_sided(mean / sd * std::sqrt(n), n - 1);
}

double sign_flip_p(std::span<const double> differences) {
  constexpr std::size_t most = 24;  // 8 million sums
  const std::size_t n = differences.size();
  if (n < 1 || n > most) {
    throw BadInput("a sign-flip test takes 1 to 24 differences, found " + std::to_string(n));
  }
  check_finite(differences, "differences");
  const double largest = largest_size(differences);
  if (largest == 0) return 1;
  std::vector<double> scaled;
  for (const double one : differences) scaled.push_back(one / largest);
  double sum = std::accumulate(scaled.begin(), scaled.end(), 0.0);
  const double rounding = 1e-12 * static_cast<double>(n);
  const double least = std::abs(sum) - rounding;
  // Each step of a Gray code flips one sign. The first sign stays, because opposite sums count alike.
  const std::uint32_t flips = std::uint32_t{1} << (n - 1);
  std::uint32_t as_far = 1;
  for (std::uint32_t step = 1; step < flips; ++step) {
    double& flipped = scaled[static_cast<std::size_t>(std::countr_zero(step)) + 1];
    flipped = -flipped;
    sum += 2 * flipped;
    as_far += std::abs(sum) >= least ? 1 : 0;
  }
  return static_cast<double>(as_far) / static_cast<double>(flips);
}

double mcnemar_p(std::int64_t only_a, std::int64_t only_b) {
  if (only_a < 0 || only_b < 0) {
    throw BadInput("McNemar's test needs counts, found " + std::to_string(std::min(only_a, only_b)));
  }
  return std::min(1.0, 2 * coin_tail(std::min(only_a, only_b), only_a + only_b));
}

std::vector<double> holm(std::span<const double> p) {
  for (const double one : p) {
    if (!(one >= 0 && one <= 1)) throw BadInput("a p-value must be from 0 to 1, found " + number_text(one));
  }
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> corrected(p.size());
  double least = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, std::min(1.0, static_cast<double>(p.size() - rank) * p[order[rank]]));
    corrected[order[rank]] = least;
  }
  return corrected;
}

Interval wilson(std::int64_t count, std::int64_t of) {
  if (count < 0 || count > of) {
    throw BadInput("a rate must be 0 or more of as many or more, found " + std::to_string(count) + " of " +
                   std::to_string(of));
  }
  if (of == 0) return {.low = 0, .high = 1};
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const auto n = static_cast<double>(of);
  const double share = static_cast<double>(count) / n;
  const double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {.low = count == 0 ? 0 : centre - half, .high = count == of ? 1 : centre + half};
}

double smallest_effect_shown(std::int64_t pairs, double sd) {
  if (pairs < 2) throw BadInput("an effect needs 2 pairs or more, found " + std::to_string(pairs));
  check_not_negative(sd, "a standard deviation");
  constexpr double confidence = 0.975;
  constexpr double power = 0.8;
  const auto n = static_cast<double>(pairs);
  return (student_t_quantile(confidence, n - 1) + student_t_quantile(power, n - 1)) * sd / std::sqrt(n);
}

std::optional<std::int64_t> pairs_to_show(double effect, double sd) {
  check_not_negative(sd, "a standard deviation");
  check_not_negative(effect, "an effect");
  if (effect == 0) throw BadInput("no number of pairs shows an effect of 0");
  std::int64_t low = 2;
  std::int64_t high = 10'000;
  if (smallest_effect_shown(high, sd) > effect) return std::nullopt;
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    if (smallest_effect_shown(middle, sd) > effect) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace lehr::study
