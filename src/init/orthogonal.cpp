#include "init/orthogonal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "lehr/core/parallel.hpp"

namespace lehr {
namespace {

/// Makes a list of vectors orthonormal by modified Gram-Schmidt. Its rounding error grows with the condition
/// number of the matrix. For Gaussian matrices in double it is far below the last digit of a float.
class Vectors {
 public:
  Vectors(std::size_t count, std::size_t length) : count_(count), length_(length), data_(count * length) {}

  std::span<double> operator[](std::size_t i) { return {data_.data() + i * length_, length_}; }

  // Works in blocks, so that a block of vectors stays in the cache while the later vectors are projected.
  void orthonormalise() {
    constexpr std::size_t block = 32;
    for (std::size_t begin = 0; begin < count_; begin += block) {
      const std::size_t end = std::min(begin + block, count_);
      for (std::size_t i = begin; i < end; ++i) {
        remove(begin, i, i);
        normalise((*this)[i]);
      }
      parallel_for(static_cast<std::int64_t>(count_ - end), 1,
                   [&](std::int64_t first, std::int64_t last, int) {
                     for (std::int64_t i = first; i < last; ++i) {
                       remove(begin, end, end + static_cast<std::size_t>(i));
                     }
                   });
    }
  }

 private:
  // Subtracts from a vector its projections on the vectors [begin, end), which have length 1.
  void remove(std::size_t begin, std::size_t end, std::size_t from) {
    const std::span<double> vector = (*this)[from];
    for (std::size_t i = begin; i < end; ++i) {
      const std::span<const double> direction = (*this)[i];
      const double share = dot(direction, vector);
      for (std::size_t k = 0; k < length_; ++k) vector[k] -= share * direction[k];
    }
  }

  static void normalise(std::span<double> vector) {
    const double length = std::sqrt(dot(vector, vector));
    if (length == 0) return;
    for (double& element : vector) element /= length;
  }

  // Uses several sums at once, so that the additions do not wait for each other.
  static double dot(std::span<const double> a, std::span<const double> b) {
    std::array<double, 8> sums{};
    const std::size_t whole = a.size() / sums.size() * sums.size();
    for (std::size_t k = 0; k < whole; k += sums.size()) {
      for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += a[k + lane] * b[k + lane];
    }
    for (std::size_t k = whole; k < a.size(); ++k) sums[k - whole] += a[k] * b[k];
    double total = 0;
    for (const double sum : sums) total += sum;
    return total;
  }

  std::size_t count_;
  std::size_t length_;
  std::vector<double> data_;
};

}  // namespace

void orthogonalise(std::span<float> matrix, std::int64_t rows, std::int64_t columns, double gain) {
  const bool by_rows = rows <= columns;
  const auto count = static_cast<std::size_t>(std::min(rows, columns));
  const auto length = static_cast<std::size_t>(std::max(rows, columns));
  const auto element = [&](std::size_t vector, std::size_t k) -> float& {
    return by_rows ? matrix[vector * length + k] : matrix[k * count + vector];
  };
  Vectors vectors(count, length);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < length; ++k) vectors[i][k] = static_cast<double>(element(i, k));
  }
  vectors.orthonormalise();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < length; ++k) element(i, k) = static_cast<float>(gain * vectors[i][k]);
  }
}

}  // namespace lehr
