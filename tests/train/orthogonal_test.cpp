#include "init/orthogonal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/init/initialise.hpp"

namespace lehr {
namespace {

struct Matrix {
  std::int64_t rows;
  std::int64_t columns;
  std::vector<float> values;

  double at(std::int64_t row, std::int64_t column) const {
    return static_cast<double>(values[static_cast<std::size_t>(row * columns + column)]);
  }
  Matrix transposed() const {
    Matrix turned{columns, rows, values};
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        turned.values[static_cast<std::size_t>(c * rows + r)] = static_cast<float>(at(r, c));
      }
    }
    return turned;
  }
};

Matrix gaussian(std::int64_t rows, std::int64_t columns) {
  Matrix made{rows, columns, std::vector<float>(static_cast<std::size_t>(rows * columns))};
  Rng random(1, Purpose::test, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns));
  for (float& value : made.values) value = random.normal();
  return made;
}

// The dot product of rows i and j.
double product(const Matrix& a, std::int64_t i, const Matrix& b, std::int64_t j) {
  double sum = 0;
  for (std::int64_t k = 0; k < a.columns; ++k) sum += a.at(i, k) * b.at(j, k);
  return sum;
}

// The rows are orthonormal. Row i depends only on the given rows from i on, with a positive factor for row i.
// This defines the unique QR decomposition with a positive diagonal.
void expect_decomposed(const Matrix& found, const Matrix& given, double gain) {
  for (std::int64_t i = 0; i < found.rows; ++i) {
    for (std::int64_t j = 0; j < found.rows; ++j) {
      ASSERT_NEAR(product(found, i, found, j), i == j ? gain * gain : 0, 1e-6 * gain * gain) << i << "," << j;
      if (j < i) {
        ASSERT_NEAR(product(found, i, given, j), 0, 2e-6 * gain * std::sqrt(given.columns));
      }
    }
    ASSERT_GT(product(found, i, given, i), 0) << i;
  }
}

TEST(Orthogonalise, MakesTheQOfQr) {
  for (const auto& [rows, columns] : {std::pair<std::int64_t, std::int64_t>{1, 1},
                                      {1, 9},
                                      {9, 1},
                                      {5, 7},
                                      {40, 40},
                                      {33, 100},
                                      {100, 33},
                                      {130, 70}}) {
    for (const double gain : {1.0, 3.0}) {
      const Matrix given = gaussian(rows, columns);
      Matrix found = given;
      orthogonalise(found.values, rows, columns, gain);
      const bool by_rows = rows <= columns;
      expect_decomposed(by_rows ? found : found.transposed(), by_rows ? given : given.transposed(), gain);
    }
  }
}

TEST(Orthogonalise, IsTheSameForAnyNumberOfThreads) {
  const int before = threads();
  std::vector<std::vector<float>> found;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Matrix matrix = gaussian(70, 130);
    orthogonalise(matrix.values, matrix.rows, matrix.columns, 1);
    found.push_back(matrix.values);
  }
  set_threads(before);
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

TEST(Orthogonalise, OfNothingIsNothing) {
  std::vector<float> zeros(6);
  orthogonalise(zeros, 2, 3, 1);
  EXPECT_EQ(zeros, std::vector<float>(6));
}

TEST(Initialise, OrthogonalIsThatOfEachWeightWithReLUsGain) {
  Graph graph;
  NodeId at = graph.input("input", {DType::f32, {1, 8, 6, 6}});
  at = graph.add(ops::Conv2d({.out_channels = 20, .kernel = {3, 5}, .groups = 2}), {at}, "conv");
  at = graph.add(ops::Flatten(), {at}, "flatten");
  graph.add(ops::Linear({.out_features = 300}), {at}, "fc");
  Parameters parameters(graph, reference_backend());
  for (const Initialisation how : {Initialisation::orthogonal, Initialisation::lsuv}) {
    initialise(parameters, graph, how, 3);
    for (const auto& [name, rows] :
         {std::pair<const char*, std::int64_t>{"conv.weight", 20}, {"fc.weight", 300}}) {
      const Tensor weight = parameters.get(name);
      const auto elements = weight.elements<float>();
      const Matrix matrix{rows, weight.shape().numel() / rows, {elements.begin(), elements.end()}};
      const Matrix found = matrix.rows <= matrix.columns ? matrix : matrix.transposed();
      for (std::int64_t i = 0; i < found.rows; ++i) {
        for (std::int64_t j = 0; j <= i; ++j) {
          ASSERT_NEAR(product(found, i, found, j), i == j ? 2 : 0, 2e-6) << name;
        }
      }
    }
    const Tensor bias = parameters.get("conv.bias");
    for (const float value : bias.elements<float>()) EXPECT_EQ(value, 0);
  }
}

}  // namespace
}  // namespace lehr
