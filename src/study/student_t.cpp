#include "study/student_t.hpp"

#include <cmath>

namespace lehr::study {
namespace {

/// The continued fraction of the incomplete beta function, by Lentz's method. Source: Abramowitz and Stegun,
/// 26.5.8.
double beta_fraction(double a, double b, double x) {
  constexpr int most_terms = 10'000;
  constexpr double tiny = 1e-300;
  constexpr double precision = 1e-15;
  double c = 1;
  double d = 1 / (1 - (a + b) * x / (a + 1));
  double fraction = d;
  const auto multiply = [&](double coefficient) {
    d = 1 + coefficient * d;
    c = 1 + coefficient / c;
    d = 1 / (d == 0 ? tiny : d);
    fraction *= d * c;
  };
  for (int m = 1; m < most_terms; ++m) {
    multiply(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    const double before = fraction;
    multiply(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::abs(fraction / before - 1) < precision) break;
  }
  return fraction;
}

/// The regularised incomplete beta function.
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double scale =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  const bool fast = x < (a + 1) / (a + b + 2);
  return fast ? scale * beta_fraction(a, b, x) / a : 1 - scale * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double student_t_two_sided(double t, double degrees_of_freedom) {
  return incomplete_beta(degrees_of_freedom / 2, 0.5, degrees_of_freedom / (degrees_of_freedom + t * t));
}

double student_t_quantile(double q, double degrees_of_freedom) {
  double low = 0;
  double high = 1;
  const auto below = [&](double t) { return 1 - student_t_two_sided(t, degrees_of_freedom) / 2; };
  while (below(high) < q) high *= 2;
  for (int halving = 0; halving < 200 && high - low > 1e-14 * high; ++halving) {
    const double middle = (low + high) / 2;
    (below(middle) < q ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace lehr::study
