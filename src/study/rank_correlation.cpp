#include "study/rank_correlation.hpp"

#include <cmath>
#include <vector>

namespace lehr::study {
namespace {

/// Twice the rank, less a constant: how many numbers are smaller less how many are larger. The mean is 0.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<double> found;
  for (const double value : values) {
    double rank = 0;
    for (const double other : values)
      rank += static_cast<double>(other < value) - static_cast<double>(other > value);
    found.push_back(rank);
  }
  return found;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> ranks_a = ranks(a);
  const std::vector<double> ranks_b = ranks(b);
  const double size = std::sqrt(dot(ranks_a, ranks_a) * dot(ranks_b, ranks_b));
  return size == 0 ? 0 : dot(ranks_a, ranks_b) / size;
}

}  // namespace lehr::study
