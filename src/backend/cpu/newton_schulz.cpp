#include "backend/cpu/newton_schulz.hpp"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/onednn.hpp"
#include "backend/cpu/square_sums.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

struct Matrix {
  const float* data;
  std::int64_t columns;  ///< in memory, before transposition
  bool transposed = false;
};

/// to (rows x columns) = scale * a * b + keep * to, where `joined` is the number of columns of a.
struct GramProduct {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t joined;
  float scale = 1;
  float keep = 0;
};

void multiply_rows(const GramProduct& p, const Matrix& a, const Matrix& b, float* to) {
  const onednn::OneThread scope;
  const dnnl_status_t status =
      dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', p.rows, p.columns, p.joined, p.scale,
                 a.data, a.columns, b.data, b.columns, p.keep, to, p.columns);
  if (status != dnnl_success) {
    throw Error("oneDNN could not multiply matrices of " + std::to_string(p.rows) + " x " +
                std::to_string(p.joined) + " and " + std::to_string(p.joined) + " x " +
                std::to_string(p.columns));
  }
}

/// Threads share the rows.
void multiply(const GramProduct& p, const Matrix& a, const Matrix& b, float* to) {
  constexpr std::int64_t min_multiply_adds = 1 << 18;
  const std::int64_t grain = std::max<std::int64_t>(8, min_multiply_adds / (p.columns * p.joined));
  parallel_for(p.rows, grain, [&](std::int64_t begin, std::int64_t end, int) {
    GramProduct some = p;
    some.rows = end - begin;
    Matrix from = a;
    from.data += begin * (a.transposed ? 1 : a.columns);
    multiply_rows(some, from, b, to + begin * p.columns);
  });
}

void divide_by_norm(float* matrix, std::int64_t count) {
  const double norm = std::sqrt(square_sums(matrix, matrix, count)[0]);
  const auto scale = static_cast<float>(1 / (norm + 1e-7));
  for (std::int64_t i = 0; i < count; ++i) matrix[i] *= scale;
}

}  // namespace

void NewtonSchulz::orthogonalise(float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t steps) {
  constexpr float linear = 3.4445F;
  constexpr float cubic = -4.7750F;
  constexpr float quintic = 2.0315F;
  const std::int64_t count = rows * columns;
  const bool wide = rows <= columns;  // the Gram matrix of the shorter side is smaller
  const std::int64_t side = wide ? rows : columns;
  const std::int64_t other = wide ? columns : rows;
  gram_.resize(static_cast<std::size_t>(side * side));
  polynomial_.resize(static_cast<std::size_t>(side * side));
  next_.resize(static_cast<std::size_t>(count));

  divide_by_norm(matrix, count);
  for (std::int64_t step = 0; step < steps; ++step) {
    const Matrix x{matrix, columns};
    const Matrix x_transposed{matrix, columns, true};
    const Matrix gram{gram_.data(), side};
    const Matrix polynomial{polynomial_.data(), side};
    multiply({side, side, other}, wide ? x : x_transposed, wide ? x_transposed : x, gram_.data());
    std::ranges::copy(gram_, polynomial_.begin());
    multiply({side, side, side, quintic, cubic}, gram, gram, polynomial_.data());
    std::copy_n(matrix, count, next_.begin());
    multiply({rows, columns, side, 1, linear}, wide ? polynomial : x, wide ? x : polynomial, next_.data());
    std::ranges::copy(next_, matrix);
  }
}

}  // namespace lehr::cpu
