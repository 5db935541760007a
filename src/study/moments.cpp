#include "study/moments.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::study {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double checked(double result) {
  if (std::isfinite(result)) return result;
  throw BadInput("the values of a study are too large: their mean or spread is no finite number");
}

/// Adds term(value) of the first and the last value, of the second and the last but one, and so on. So the
/// values in opposite order have the same sum.
template <class Term>
double symmetric_sum(std::span<const double> values, const Term& term) {
  double sum = 0;
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n / 2; ++i) sum += term(values[i]) + term(values[n - 1 - i]);
  return n % 2 == 1 ? sum + term(values[n / 2]) : sum;
}

}  // namespace

double mean_of(std::span<const double> values) {
  if (values.empty()) return nan;
  return checked(symmetric_sum(values, std::identity()) / static_cast<double>(values.size()));
}

double sd_of(std::span<const double> values, double magnitude) {
  if (values.size() < 2) return nan;
  const double mean = mean_of(values);
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value - mean));
  constexpr double rounding = 1e-12;
  if (checked(largest) <= rounding * magnitude) return 0;
  const auto scaled_square = [&](double value) {  // neither overflows nor vanishes
    const double scaled = (value - mean) / largest;
    return scaled * scaled;
  };
  const double squares = symmetric_sum(values, scaled_square);
  return checked(largest * std::sqrt(squares / static_cast<double>(values.size() - 1)));
}

double median_of(std::span<const double> values) {
  if (values.empty()) return nan;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
}

double largest_size(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

void check_finite(std::span<const double> values, const char* what) {
  for (const double value : values) {
    if (!std::isfinite(value)) {
      throw BadInput(std::string(what) + " must be finite numbers, found " + number_text(value));
    }
  }
}

}  // namespace lehr::study
