#include "lehr/core/parallel.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

struct Way {
  int threads;
  bool openmp;
};

void PrintTo(const Way& way, std::ostream* out) {
  *out << way.threads << (way.openmp ? " threads of OpenMP" : " threads of lehr");
}

class Threads : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    set_threads(GetParam().threads);
    if (GetParam().openmp) openmp_.emplace();
  }
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
  std::optional<OpenMpUse> openmp_;
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

TEST_P(Threads, ServeCallersAtOnce) {
  constexpr int callers = 3;
  constexpr int rounds = 200;
  const int wanted = GetParam().threads;
  std::vector<std::int64_t> totals(callers);
  std::vector<std::thread> at_once;
  for (int caller = 0; caller < callers; ++caller) {
    at_once.emplace_back([&, caller] {
      set_threads(wanted);  // OpenMP's setting is the calling thread's
      for (int round = 0; round < rounds; ++round) {
        std::vector<std::int64_t> parts(static_cast<std::size_t>(wanted));
        parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
          parts[static_cast<std::size_t>(thread)] += end - begin;
        });
        totals[static_cast<std::size_t>(caller)] += std::reduce(parts.begin(), parts.end());
      }
    });
  }
  for (std::thread& caller : at_once) caller.join();
  EXPECT_EQ(totals, std::vector<std::int64_t>(callers, 1000 * rounds));
}

INSTANTIATE_TEST_SUITE_P(Counts, Threads,
                         ::testing::Values(Way{1, false}, Way{2, false}, Way{3, false}, Way{8, false},
                                           Way{2, true}, Way{8, true}));

TEST(ThreadTeam, WorksOnAfterHelpersHaveSlept) {
  const int before = threads();
  set_threads(3);
  std::atomic<std::int64_t> total = 0;
  for (int round = 0; round < 5; ++round) {
    parallel_for(30, 1, [&](std::int64_t begin, std::int64_t end, int) { total += end - begin; });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  set_threads(before);
  EXPECT_EQ(total, 150);
}

// A forked child has no helper, as a busy machine has none that gets a core: their parts are the caller's.
TEST(ThreadTeam, DoesWithoutHelpers) {
  const int before = threads();
  set_threads(4);
  const auto total = [] {
    std::atomic<std::int64_t> sum = 0;
    parallel_for(100, 1, [&](std::int64_t begin, std::int64_t end, int) { sum += end - begin; });
    return sum.load();
  };
  EXPECT_EQ(total(), 100);
  const pid_t child = fork();
  if (child == 0) _exit(total() == 100 ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  set_threads(before);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(SetThreads, RefusesWhatMakesNoSense) {
  EXPECT_THROW(set_threads(0), BadInput);
  EXPECT_THROW(set_threads(1025), BadInput);
}

TEST(ParallelFor, OfNothingDoesNothing) {
  parallel_for(0, 1, [](std::int64_t, std::int64_t, int) { FAIL(); });
}

}  // namespace
}  // namespace lehr
