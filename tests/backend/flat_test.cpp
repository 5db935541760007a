#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"

namespace lehr {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> some_numbers(std::int64_t count, std::uint64_t stream) {
  Rng rng(1, Purpose::test, stream);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers) number = rng.normal();
  return numbers;
}

/// Lengths around the vectors and the shares of threads.
class Flat : public testing::TestWithParam<std::int64_t> {
 protected:
  /// What each backend makes of the same numbers.
  template <class Run>
  void expect_like_reference(const Run& run) {
    const std::int64_t count = GetParam();
    std::vector<float> to = some_numbers(count, 1);
    std::vector<float> expected = to;
    const std::vector<float> from = some_numbers(count, 2);
    run(cpu_backend(), to.data(), from.data(), count);
    run(reference_backend(), expected.data(), from.data(), count);
    for (std::size_t i = 0; i < to.size(); ++i) ASSERT_NEAR(to[i], expected[i], 1e-6) << i;
  }
};

TEST_P(Flat, AddsWhatIsScaled) {
  expect_like_reference([](const Backend& backend, float* to, const float* from, std::int64_t count) {
    backend.add_scaled(to, from, -0.75F, count);
  });
}

TEST_P(Flat, GoesAShareOfTheWay) {
  expect_like_reference([](const Backend& backend, float* to, const float* from, std::int64_t count) {
    backend.lerp(to, from, 0.1F, count);
  });
}

TEST_P(Flat, ScalesAndClamps) {
  expect_like_reference([](const Backend& backend, float* to, const float*, std::int64_t count) {
    backend.scale(to, 1.5F, count);
    backend.clamp(to, -0.5F, 0.25F, count);
  });
}

TEST_P(Flat, SumsSquaresTheSameForAnyNumberOfThreads) {
  const std::vector<float> values = some_numbers(GetParam(), 3);
  const double expected = reference_backend().sum_of_squares(values.data(), GetParam());
  const int before = threads();
  set_threads(1);
  const double alone = cpu_backend().sum_of_squares(values.data(), GetParam());
  set_threads(2);
  EXPECT_EQ(cpu_backend().sum_of_squares(values.data(), GetParam()), alone);
  set_threads(before);
  EXPECT_NEAR(alone, expected, 1e-6 * expected);
}

// Gradients that explode or vanish still have a norm: clipping divides by it.
TEST_P(Flat, SumsSquaresThatNoFloatHolds) {
  for (const float size : {1e30F, 1e-20F, 1e-30F}) {
    std::vector<float> values = some_numbers(GetParam(), 3);
    double expected = 0;
    for (float& value : values) {
      value *= size;
      expected += static_cast<double>(value) * static_cast<double>(value);
    }
    for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
      EXPECT_NEAR(backend->sum_of_squares(values.data(), GetParam()) / expected, 1, 1e-6)
          << size << " on " << backend->name();
    }
  }
}

TEST_P(Flat, FindsWhatIsNotFinite) {
  std::vector<float> values = some_numbers(GetParam(), 4);
  EXPECT_TRUE(cpu_backend().all_finite(values.data(), GetParam()));
  for (const float bad : {infinity, -infinity, nan}) {
    for (const std::size_t at : {std::size_t{0}, values.size() / 2, values.size() - 1}) {
      const float good = values[at];
      values[at] = bad;
      EXPECT_FALSE(cpu_backend().all_finite(values.data(), GetParam())) << at;
      EXPECT_FALSE(reference_backend().all_finite(values.data(), GetParam())) << at;
      values[at] = good;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, Flat, testing::Values(1, 15, 16, 17, 1000, 300'001));

TEST(FlatClamp, KeepsWhatIsNotANumber) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    std::vector<float> values{nan, infinity, -infinity};
    backend->clamp(values.data(), -1, 1, 3);
    EXPECT_TRUE(std::isnan(values[0])) << backend->name();
    EXPECT_EQ(values[1], 1);
    EXPECT_EQ(values[2], -1);
  }
}

}  // namespace
}  // namespace lehr
