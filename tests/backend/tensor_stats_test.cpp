// Statistics of tensors, compared with PyTorch's values and with plain loops, for any number of
// threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/parallel.hpp"
#include "support/device.hpp"
#include "support/formula.hpp"

namespace lehr {
namespace {

using test::Fill;

std::vector<float> filled(const std::string& name, std::int64_t count, const Fill& fill, bool relu) {
  std::vector<float> values(static_cast<std::size_t>(count));
  test::fill_tensor({values.data(), Shape{count}, contiguous_strides(Shape{count})}, name, fill);
  for (float& value : values) value = relu ? std::max(value, 0.0F) : value;
  return values;
}

TensorStats measured(const Backend& backend, const std::vector<float>& values, const StatsSpec& spec = {}) {
  TensorStats stats;
  backend.probe(spec)->measure(test::HostValues(backend, values).ref(), stats);
  return stats;
}

void expect_near(double found, double expected, double scale) {
  EXPECT_NEAR(found, expected, 1e-5 * std::max(std::abs(expected), 0.01 * scale));
}

void expect_same_counts(const TensorStats& a, const TensorStats& b) {
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.non_finite, b.non_finite);
  EXPECT_EQ(a.near_zero, b.near_zero);
  EXPECT_EQ(a.near_zero_abs, b.near_zero_abs);
  EXPECT_EQ(a.zero, b.zero);
  EXPECT_EQ(a.min, b.min);
  EXPECT_EQ(a.max, b.max);
  EXPECT_EQ(a.values.exponent, b.values.exponent);
  EXPECT_TRUE(a.values == b.values);
  EXPECT_TRUE(a.magnitudes == b.magnitudes);
}

void expect_pytorchs(const TensorStats& stats, const nlohmann::json& golden) {
  const double scale = std::max(std::abs(stats.min), std::abs(stats.max));
  EXPECT_EQ(stats.count, golden["count"]);
  expect_near(stats.mean, golden["mean"], scale);
  expect_near(stats.std, golden["std"], scale);
  expect_near(stats.norm, golden["norm"], scale);
  EXPECT_EQ(stats.min, golden["min"]);
  EXPECT_EQ(stats.max, golden["max"]);
  EXPECT_EQ(stats.near_zero, golden["near_zero"]);
  EXPECT_EQ(stats.near_zero_abs, golden["near_zero_abs"]);
  EXPECT_EQ(stats.zero, golden["zero"]);
  EXPECT_EQ(stats.magnitudes.beyond, golden["beyond"]);
  const std::vector<std::uint64_t> expected = golden["histc"];
  EXPECT_TRUE(std::ranges::equal(stats.magnitudes.counts, expected));
}

TEST(TensorStats, EqualPyTorchs) {
  std::ifstream file(LEHR_SOURCE_DIR "/tests/goldens/tensor_stats.json");
  const nlohmann::json cases = nlohmann::json::parse(file);
  EXPECT_GE(cases.size(), 8U);
  for (const nlohmann::json& golden : cases) {
    SCOPED_TRACE(golden["name"]);
    const std::vector<float> values =
        filled(golden["name"], golden["count"], {golden["scale"], golden["offset"], golden["levels"]},
               golden["relu"]);
    for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
      SCOPED_TRACE(backend->name());
      expect_pytorchs(measured(*backend, values), golden);
    }
  }
}

// One probe measures ranges that grow, shrink and jump, as in a training.
TEST(TensorStats, AreAFunctionOfTheTensorAlone) {
  const auto probe = cpu_backend().probe({});
  for (const float scale :
       {1.0F, 1.9F, 4.0F, 2.1F, 30.0F, 60.0F, 64.0F, 1000.0F, 1e-3F, 1e30F, 1e-38F, 0.0F, 1.0F}) {
    SCOPED_TRACE(scale);
    const std::vector<float> values = filled("range", 5000, {.scale = scale}, false);
    TensorStats found;
    probe->measure(test::HostValues(cpu_backend(), values).ref(), found);
    expect_same_counts(found, measured(reference_backend(), values));
  }
}

// Tails of every length: from none to most of the values are beyond the range that is counted at
// full speed.
TEST(TensorStats, CountTailsOfEveryLength) {
  const auto probe = cpu_backend().probe({});
  for (const bool relu : {false, true}) {
    for (const int every : {5000, 300, 120, 30, 10, 2, 1, 30, 5000}) {
      SCOPED_TRACE(every);
      std::vector<float> values = filled("tail", 9000, {.scale = 6}, relu);
      for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(every)) values[i] *= 9;
      for (int time = 0; time < 3; ++time) {
        TensorStats found;
        probe->measure(test::HostValues(cpu_backend(), values).ref(), found);
        expect_same_counts(found, measured(reference_backend(), values));
      }
    }
  }
}

// A kernel may report any pieces in any order and from any thread.
TEST(TensorStats, AreTheSameWhereKernelsTellOfPieces) {
  const std::vector<float> values = filled("pieces", 50'021, {.scale = 7}, true);
  const TensorStats expected = measured(cpu_backend(), values);
  const test::HostValues on_host(cpu_backend(), values);
  const auto count = std::ssize(values);
  for (const std::int64_t piece : {1, 100, 3840, 4000, 50'021}) {
    for (const std::int64_t left_out : {0, 3}) {
      const auto probe = cpu_backend().probe({});
      probe->begin(on_host.ref());
      const std::int64_t pieces = (count + piece - 1) / piece;
      parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t i = end; i-- > begin;) {
          if (left_out != 0 && i % left_out == 0) continue;
          probe->written(i * piece, std::min(piece, count - i * piece), thread);
        }
      });
      TensorStats found;
      probe->end(found);
      expect_same_counts(found, expected);
      EXPECT_EQ(found.mean, expected.mean);
      EXPECT_EQ(found.std, expected.std);
    }
  }
}

TEST(TensorStats, DoNotDependOnTheThreads) {
  const int before = threads();
  const std::vector<float> values = filled("threads", 100'003, {.scale = 7}, true);
  std::vector<TensorStats> found;
  for (const int count : {1, 2, 3, 7}) {
    set_threads(count);
    found.push_back(measured(cpu_backend(), values));
  }
  set_threads(before);
  for (const TensorStats& stats : found) {
    expect_same_counts(stats, found.front());
    EXPECT_EQ(stats.mean, found.front().mean);
    EXPECT_EQ(stats.std, found.front().std);
  }
}

/// The bins of `fine`, joined to those of a larger exponent.
SignedHistogram widened(const SignedHistogram& fine, std::int64_t exponent) {
  SignedHistogram wide;
  wide.exponent = exponent;
  constexpr int half = SignedHistogram::bins / 2;
  const std::int64_t joined = exponent - fine.exponent;
  for (int step = 0; step < half; ++step) {
    const int to = joined < 32 ? step >> joined : 0;
    wide.counts[static_cast<std::size_t>(half + to)] += fine.counts[static_cast<std::size_t>(half + step)];
    wide.counts[static_cast<std::size_t>(half - 1 - to)] +=
        fine.counts[static_cast<std::size_t>(half - 1 - step)];
  }
  return wide;
}

// The total counts do not depend on how the values are divided into batches.
TEST(TensorStats, OfPartsAddUpToTheWhole) {
  std::vector<float> values = filled("parts", 70'001, {.scale = 21}, false);
  for (std::size_t i = 0; i < 30'000; ++i) values[i] *= 1e-3F;
  const TensorStats whole = measured(cpu_backend(), values);
  for (const std::size_t size : {1000U, 4096U, 33'333U}) {
    SCOPED_TRACE(size);
    const auto probe = cpu_backend().probe({});
    MagnitudeHistogram magnitudes;
    SignedHistogram signed_values;
    signed_values.exponent = whole.values.exponent;
    for (std::size_t begin = 0; begin < values.size(); begin += size) {
      const auto some = std::span(values).subspan(begin, std::min(size, values.size() - begin));
      TensorStats part;
      probe->measure(test::HostValues(cpu_backend(), some).ref(), part);
      const SignedHistogram wide = widened(part.values, whole.values.exponent);
      for (std::size_t i = 0; i < wide.counts.size(); ++i) signed_values.counts[i] += wide.counts[i];
      for (std::size_t i = 0; i < part.magnitudes.counts.size(); ++i) {
        magnitudes.counts[i] += part.magnitudes.counts[i];
      }
      magnitudes.beyond += part.magnitudes.beyond;
    }
    EXPECT_EQ(magnitudes, whole.magnitudes);
    EXPECT_EQ(signed_values, whole.values);
  }
}

// Zeros of both signs, the smallest numbers, edges of bins and their neighbours, in every lane and
// after values of every magnitude.
TEST(TensorStats, CountOddValuesAsTheyShould) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> odd{0.0F,
                         -0.0F,
                         std::numeric_limits<float>::denorm_min(),
                         -std::numeric_limits<float>::denorm_min(),
                         std::numeric_limits<float>::min(),
                         0.05F,
                         std::nextafter(0.05F, 1.0F),
                         -0.05F};
  for (const float edge : {0.25F, 0.5F, 1.0F, 4.0F, 9.75F, 10.0F, 16.0F, 64.0F}) {
    for (const float value : {std::nextafter(edge, 0.0F), edge, std::nextafter(edge, infinity)}) {
      odd.insert(odd.end(), {value, -value});
    }
  }
  for (const float scale : {0.0F, 1e-30F, 0.01F, 1.0F, 15.0F, 63.0F, 1e4F}) {
    SCOPED_TRACE(scale);
    std::vector<float> values = filled("odd", 4 * 4096 + 37, {.scale = 2 * scale}, false);
    for (std::size_t i = 0; i < 30 * odd.size(); ++i) {
      const float value = odd[i % odd.size()];
      if (std::abs(value) <= std::max(scale, 1e-30F) || scale == 1.0F) values[i * 9 + i / 7] = value;
    }
    for (const bool relu : {false, true}) {
      if (relu) std::ranges::transform(values, values.begin(), [](float x) { return std::max(x, 0.0F); });
      expect_same_counts(measured(cpu_backend(), values), measured(reference_backend(), values));
    }
  }
}

// Vanishing gradients, exploding ones, and values far from zero. Squares in float would lose them.
TEST(TensorStats, KeepTheirDigitsAtEverySizeAndDistance) {
  struct Place {
    double size;
    double distance;
  };
  for (const Place& place : {Place{1e-30, 0}, Place{1e-20, 0}, Place{1e-10, 0}, Place{1e25, 0}, Place{1, 1e4},
                             Place{1, -1e6}, Place{1e-3, 100}}) {
    std::vector<float> values = filled("places", 10007, {}, false);
    double sum = 0;
    for (float& value : values) {
      value = static_cast<float>(static_cast<double>(value) * place.size + place.distance);
      sum += static_cast<double>(value);
    }
    const auto count = static_cast<double>(values.size());
    double around = 0;
    double squares = 0;
    for (const float value : values) {
      around += std::pow(static_cast<double>(value) - sum / count, 2);
      squares += std::pow(static_cast<double>(value), 2);
    }
    const TensorStats found = measured(cpu_backend(), values);
    EXPECT_NEAR(found.std / std::sqrt(around / (count - 1)), 1, 1e-5) << place.size << " " << place.distance;
    EXPECT_NEAR(found.norm / std::sqrt(squares), 1, 1e-5) << place.size << " " << place.distance;
    EXPECT_NEAR(found.mean, sum / count, 1e-6 * (std::abs(place.distance) + place.size));
  }
}

TEST(TensorStats, CountWhatIsNotFiniteApart) {
  std::vector<float> values = filled("damage", 9000, {.scale = 3}, false);
  const std::vector<float> whole = values;
  values[5000] = std::numeric_limits<float>::quiet_NaN();
  values[7] = std::numeric_limits<float>::infinity();
  values[8999] = -std::numeric_limits<float>::infinity();
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    const TensorStats stats = measured(*backend, values);
    EXPECT_EQ(stats.non_finite, 3);
    EXPECT_EQ(stats.count, 8997);
    EXPECT_TRUE(std::isfinite(stats.mean) && std::isfinite(stats.std) && std::isfinite(stats.norm));
    const auto counts = stats.values.counts;
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 8997U);
  }
  expect_same_counts(measured(cpu_backend(), values), measured(reference_backend(), values));
}

// Without finite values there is no mean and no minimum. Zeros would look like a tensor of zeros.
TEST(TensorStats, WithoutAFiniteValueHaveNoMean) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    const TensorStats none =
        measured(*backend, std::vector<float>(5000, std::numeric_limits<float>::quiet_NaN()));
    EXPECT_EQ(none.non_finite, 5000);
    EXPECT_EQ(none.count, 0);
    for (const double value : {none.mean, none.std, none.min, none.max, none.norm}) {
      EXPECT_TRUE(std::isnan(value)) << value;
    }
    EXPECT_TRUE(none.values == SignedHistogram{});
    EXPECT_TRUE(none.magnitudes == MagnitudeHistogram{});
    EXPECT_EQ(measured(*backend, {}).count, 0);
  }
}

TEST(TensorStats, EveryLengthIsMeasuredWhole) {
  for (std::int64_t count = 1; count < 70; ++count) {
    const std::vector<float> values = filled("length", count, {.scale = 3, .levels = 8}, false);
    expect_same_counts(measured(cpu_backend(), values), measured(reference_backend(), values));
  }
}

TEST(TensorStats, WithoutHistogramsLeaveThemEmpty) {
  const TensorStats stats = measured(cpu_backend(), filled("plain", 5000, {}, false), {.histograms = false});
  EXPECT_TRUE(stats.magnitudes == MagnitudeHistogram{});
  EXPECT_GT(stats.std, 0);
}

TEST(SignedHistogram, BinsAreEqualWideAndFitTheData) {
  const TensorStats stats = measured(cpu_backend(), {-1.5F, -0.01F, 0, 0.01F, 0.04F, 1.9F});
  EXPECT_EQ(stats.values.width(), 1.0 / 32);
  EXPECT_EQ(stats.values.edge(64), 0);
  EXPECT_EQ(stats.values.counts[64], 2U) << "zero and 0.01";
  EXPECT_EQ(stats.values.counts[63], 1U);
  EXPECT_EQ(stats.values.counts[65], 1U);
  EXPECT_EQ(stats.values.counts[64 - 1 - 48], 1U);
  EXPECT_EQ(stats.values.counts[64 + 60], 1U);
}

}  // namespace
}  // namespace lehr
