#include "train/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lehr {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// to += factor * from
void add_scaled(std::vector<double>& to, const std::vector<double>& from, double factor) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

void scale(std::vector<double>& values, double factor) {
  for (double& value : values) value *= factor;
}

/// Whether all eigenvalues are below x: the pivots of T - x are negative.
bool all_below(std::span<const double> diagonal, std::span<const double> beside, double x) {
  double pivot = diagonal[0] - x;
  for (std::size_t i = 1; i < diagonal.size() && pivot < 0; ++i) {
    pivot = diagonal[i] - x - beside[i - 1] * beside[i - 1] / pivot;
  }
  return pivot < 0;
}

}  // namespace

double largest_tridiagonal_eigenvalue(std::span<const double> diagonal, std::span<const double> beside) {
  constexpr int halvings = 60;
  double low = *std::ranges::max_element(diagonal);  // no eigenvalue is below every diagonal element
  double high = low;
  for (std::size_t i = 0; i < diagonal.size(); ++i) {  // Gershgorin
    const double left = i > 0 ? std::abs(beside[i - 1]) : 0;
    const double right = i + 1 < diagonal.size() ? std::abs(beside[i]) : 0;
    high = std::max(high, diagonal[i] + left + right);
  }
  for (int i = 0; i < halvings; ++i) {
    const double middle = low + (high - low) / 2;
    (all_below(diagonal, beside, middle) ? high : low) = middle;
  }
  return low + (high - low) / 2;
}

HessianEigenvalue largest_eigenvalue(const MatrixProduct& product, std::vector<double> start,
                                     const LanczosOptions& options) {
  std::vector<double> vector = std::move(start);
  scale(vector, 1 / std::sqrt(dot(vector, vector)));
  std::vector<double> before(vector.size());
  std::vector<double> diagonal;
  std::vector<double> beside;
  HessianEigenvalue result;
  bool steady = false;
  while (result.iterations < options.max_iterations) {
    std::vector<double> next = product(vector);
    ++result.iterations;
    if (!beside.empty()) add_scaled(next, before, -beside.back());
    diagonal.push_back(dot(vector, next));
    add_scaled(next, vector, -diagonal.back());
    const double norm = std::sqrt(dot(next, next));
    if (!std::isfinite(norm)) return {std::numeric_limits<double>::quiet_NaN(), result.iterations, false};
    const double found = largest_tridiagonal_eigenvalue(diagonal, beside);
    const double change = std::abs(found - std::exchange(result.eigenvalue, found));
    const bool was_steady =
        std::exchange(steady, diagonal.size() > 1 && change <= options.tolerance * std::abs(found));
    constexpr double rounding = 1e-12;
    result.converged = (steady && was_steady) || norm <= rounding * std::abs(found);
    if (result.converged) return result;
    beside.push_back(norm);
    scale(next, 1 / norm);
    before = std::exchange(vector, std::move(next));
  }
  return result;
}

}  // namespace lehr
