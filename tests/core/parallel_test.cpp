#include "lehr/core/parallel.hpp"
#include "lehr/core/thread_scope.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lehr/core/error.hpp"
#include "support/child.hpp"

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

TEST_P(Threads, ServeCallersAtOnce) {
  constexpr int callers = 3;
  constexpr int rounds = 200;
  const int wanted = GetParam();
  std::vector<std::int64_t> totals(callers);
  std::vector<std::thread> at_once;
  for (int caller = 0; caller < callers; ++caller) {
    at_once.emplace_back([&, caller] {
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

INSTANTIATE_TEST_SUITE_P(Counts, Threads, ::testing::Values(1, 2, 3, 8));

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

/// Waits for the other of two parts, so it returns only if a second thread runs that part.
void wait_for_both(std::atomic<int>& arrived) {
  ++arrived;
  while (arrived < 2) std::this_thread::yield();
}

TEST(ThreadTeam, AForkedChildHasHelpersOfItsOwn) {
  const ThreadScope two(2);
  const auto both = [] {
    std::atomic<int> arrived = 0;
    parallel_for(2, 1, [&](std::int64_t, std::int64_t, int) { wait_for_both(arrived); });
  };
  both();
  EXPECT_EQ(test::status_of_child([&] {
              both();
              return 0;
            }),
            0);
}

TEST(ThreadTeam, AChildForkedInTheMiddleOfARegionSaysSo) {
  const ThreadScope two(2);
  std::atomic<int> arrived = 0;
  std::atomic<bool> go_on = false;
  int status = -1;
  const auto body = [&](std::int64_t, std::int64_t, int thread) {
    wait_for_both(arrived);
    if (thread != 0) {
      while (!go_on) std::this_thread::yield();
      return;
    }
    const pid_t child = fork();
    if (child == 0) {
      alarm(test::child_patience);
      return;
    }
    waitpid(child, &status, 0);
    go_on = true;
  };
  const pid_t parent = getpid();
  std::string said;
  try {
    parallel_for(2, 1, body);
  } catch (const Error& error) {
    said = error.what();
  }
  if (getpid() != parent) _exit(said.find("forked") != std::string::npos ? 0 : 1);
  EXPECT_EQ(said, "");
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ParallelFor, OfNothingDoesNothing) {
  parallel_for(0, 1, [](std::int64_t, std::int64_t, int) { FAIL(); });
}

}  // namespace
}  // namespace lehr
