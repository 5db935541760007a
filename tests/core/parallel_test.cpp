#include "lehr/core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

class Threads : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_threads(GetParam()); }
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};

TEST_P(Threads, CoverEveryElementOnce) {
  for (const std::int64_t count : {1, 2, 3, 7, 100, 4097}) {
    std::vector<int> visits(static_cast<std::size_t>(count));
    parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
    EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), count);
  }
}

TEST_P(Threads, SeeWhatWasWrittenBeforeAndLeaveWhatTheyWrote) {
  std::vector<std::int64_t> values(1000);
  for (int round = 0; round < 50; ++round) {
    std::iota(values.begin(), values.end(), round);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(threads()));
    parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
      for (std::int64_t i = begin; i < end; ++i)
        sums[static_cast<std::size_t>(thread)] += values[static_cast<std::size_t>(i)];
    });
    EXPECT_EQ(std::reduce(sums.begin(), sums.end()), 499500 + 1000 * round);
  }
}

TEST_P(Threads, TakeNoPartSmallerThanTheGrain) {
  std::atomic<int> calls = 0;
  parallel_for(100, 60, [&](std::int64_t begin, std::int64_t end, int) {
    EXPECT_EQ(end - begin, 100);
    ++calls;
  });
  EXPECT_EQ(calls, 1);
}

TEST_P(Threads, HandOnAnException) {
  const auto fail = [](std::int64_t, std::int64_t, int) { throw std::runtime_error("broken"); };
  EXPECT_THROW(parallel_for(100, 1, fail), std::runtime_error);
}

TEST_P(Threads, RunNestedCallsInPlace) {
  std::atomic<std::int64_t> total = 0;
  parallel_for(4, 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      parallel_for(10, 1, [&](std::int64_t b, std::int64_t e, int) { total += e - b; });
    }
  });
  EXPECT_EQ(total, 40);
}

INSTANTIATE_TEST_SUITE_P(Counts, Threads, ::testing::Values(1, 2, 3, 8));

TEST(SetThreads, RefusesWhatMakesNoSense) {
  EXPECT_THROW(set_threads(0), BadInput);
  EXPECT_THROW(set_threads(1025), BadInput);
}

TEST(ParallelFor, OfNothingDoesNothing) {
  parallel_for(0, 1, [](std::int64_t, std::int64_t, int) { FAIL(); });
}

}  // namespace
}  // namespace lehr
