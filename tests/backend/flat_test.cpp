#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "support/device.hpp"

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

double sum_of_squares(const Backend& backend, const std::vector<float>& values) {
  return backend.sum_of_squares(test::buffer_of(backend, values).ref());
}

bool all_finite(const Backend& backend, const std::vector<float>& values) {
  return backend.all_finite(test::buffer_of(backend, values).ref());
}

/// Lengths near multiples of the vectors and of the threads' shares.
class Flat : public testing::TestWithParam<std::int64_t> {
 protected:
  /// The results of each backend for the same numbers.
  template <class Run>
  void expect_like_reference(const Run& run) {
    const std::int64_t count = GetParam();
    const std::vector<float> found = made_by(cpu_backend(), run, count);
    const std::vector<float> expected = made_by(reference_backend(), run, count);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-6) << i;
  }

 private:
  template <class Run>
  static std::vector<float> made_by(const Backend& backend, const Run& run, std::int64_t count) {
    const Buffer to = test::buffer_of(backend, some_numbers(count, 1));
    run(backend, to.ref(), test::buffer_of(backend, some_numbers(count, 2)).ref());
    return test::on_host(to.ref());
  }
};

TEST_P(Flat, AddsWhatIsScaled) {
  expect_like_reference([](const Backend& backend, const TensorRef& to, const ConstTensorRef& from) {
    backend.add_scaled(to, from, -0.75F);
  });
}

TEST_P(Flat, GoesAShareOfTheWay) {
  expect_like_reference([](const Backend& backend, const TensorRef& to, const ConstTensorRef& from) {
    backend.lerp(to, from, 0.1F);
  });
}

TEST_P(Flat, ScalesAndClamps) {
  expect_like_reference([](const Backend& backend, const TensorRef& to, const ConstTensorRef&) {
    backend.scale(to, 1.5F);
    backend.clamp(to, -0.5F, 0.25F);
  });
}

TEST_P(Flat, FillsAndCopies) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    const Buffer from = test::buffer_of(*backend, some_numbers(GetParam(), 5));
    const Buffer to(*backend, GetParam());
    backend->copy(to.ref(), from.ref());
    backend->fill(to.ref().part(0, 1), 7);
    std::vector<float> expected = some_numbers(GetParam(), 5);
    expected[0] = 7;
    EXPECT_EQ(test::on_host(to.ref()), expected) << backend->name();
  }
}

TEST_P(Flat, SumsSquaresTheSameForAnyNumberOfThreads) {
  const std::vector<float> values = some_numbers(GetParam(), 3);
  const double expected = sum_of_squares(reference_backend(), values);
  const int before = threads();
  set_threads(1);
  const double alone = sum_of_squares(cpu_backend(), values);
  set_threads(2);
  EXPECT_EQ(sum_of_squares(cpu_backend(), values), alone);
  set_threads(before);
  EXPECT_NEAR(alone, expected, 1e-6 * expected);
}

// Gradients that explode or vanish still need a norm, because clipping divides by it.
TEST_P(Flat, SumsSquaresThatNoFloatHolds) {
  for (const float size : {1e30F, 1e-20F, 1e-30F}) {
    std::vector<float> values = some_numbers(GetParam(), 3);
    double expected = 0;
    for (float& value : values) {
      value *= size;
      expected += static_cast<double>(value) * static_cast<double>(value);
    }
    for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
      EXPECT_NEAR(sum_of_squares(*backend, values) / expected, 1, 1e-6) << size << " on " << backend->name();
    }
  }
}

TEST_P(Flat, FindsWhatIsNotFinite) {
  std::vector<float> values = some_numbers(GetParam(), 4);
  EXPECT_TRUE(all_finite(cpu_backend(), values));
  for (const float bad : {infinity, -infinity, nan}) {
    for (const std::size_t at : {std::size_t{0}, values.size() / 2, values.size() - 1}) {
      const float good = values[at];
      values[at] = bad;
      EXPECT_FALSE(all_finite(cpu_backend(), values)) << at;
      EXPECT_FALSE(all_finite(reference_backend(), values)) << at;
      values[at] = good;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, Flat, testing::Values(1, 15, 16, 17, 1000, 300'001));

TEST(FlatClamp, KeepsWhatIsNotANumber) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    const Buffer buffer = test::buffer_of(*backend, {nan, infinity, -infinity});
    backend->clamp(buffer.ref(), -1, 1);
    const std::vector<float> values = test::on_host(buffer.ref());
    EXPECT_TRUE(std::isnan(values[0])) << backend->name();
    EXPECT_EQ(values[1], 1);
    EXPECT_EQ(values[2], -1);
  }
}

}  // namespace
}  // namespace lehr
