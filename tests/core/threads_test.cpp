#include <gtest/gtest.h>
#include <omp.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/physical_memory.hpp"
#include "core/processors.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/thread_scope.hpp"
#include "support/child.hpp"

namespace lehr {
namespace {

namespace fs = std::filesystem;

/// Restores the process-wide setting.
class SetThreads : public ::testing::Test {
 protected:
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};

int threads_of_another_thread() {
  int count = 0;
  std::thread([&] { count = threads(); }).join();
  return count;
}

TEST_F(SetThreads, HoldsForEveryThread) {
  set_threads(3);
  EXPECT_EQ(threads(), 3);
  EXPECT_EQ(threads_of_another_thread(), 3);
  std::thread([] { set_threads(5); }).join();
  EXPECT_EQ(threads(), 5);
}

TEST_F(SetThreads, RefusesWhatMakesNoSense) {
  EXPECT_THROW(set_threads(0), BadInput);
  EXPECT_THROW(set_threads(1025), BadInput);
  EXPECT_THROW(ThreadScope(-1), BadInput);
  EXPECT_THROW(ThreadScope(1025), BadInput);
}

TEST_F(SetThreads, AndOpenMpsSettingAreIndependent) {
  const int of_openmp = omp_get_max_threads();
  set_threads(3);
  EXPECT_EQ(omp_get_max_threads(), of_openmp);
  omp_set_num_threads(7);
  EXPECT_EQ(threads(), 3);
  EXPECT_EQ(threads_of_another_thread(), 3);
  omp_set_num_threads(of_openmp);
}

TEST_F(SetThreads, AScopeIsItsThreadsAlone) {
  set_threads(3);
  {
    const ThreadScope outer(5);
    EXPECT_EQ(threads(), 5);
    EXPECT_EQ(threads_of_another_thread(), 3);
    {
      const ThreadScope inner(2);
      EXPECT_EQ(threads(), 2);
    }
    EXPECT_EQ(threads(), 5);
  }
  EXPECT_EQ(threads(), 3);
}

TEST_F(SetThreads, AScopeWithoutACountKeepsThePresentOne) {
  set_threads(3);
  const ThreadScope scope(0);
  set_threads(4);
  EXPECT_EQ(threads(), 3);
}

TEST_F(SetThreads, EachPartOfARegionKnowsTheScopesCount) {
  set_threads(1);
  const ThreadScope scope(4);
  std::vector<int> seen(4);
  parallel_for(4, 1, [&](std::int64_t, std::int64_t, int thread) {
    seen[static_cast<std::size_t>(thread)] = threads();
  });
  EXPECT_EQ(seen, std::vector<int>(4, 4));
}

/// The initial value of threads() in a new process with this OMP_NUM_THREADS.
int starts_as(const char* variable) {
  const std::string command = std::string("OMP_NUM_THREADS='") + variable + "' LEHR_TEST_TELL=1 '" +
                              fs::read_symlink("/proc/self/exe").string() +
                              "' --gtest_filter=Threads.TellTheirNumber >/dev/null";
  return WEXITSTATUS(std::system(command.c_str()));
}

TEST(Threads, TellTheirNumber) {
  if (std::getenv("LEHR_TEST_TELL") != nullptr) _exit(threads());
}

TEST(Threads, StartAsTheEnvironmentSays) {
  EXPECT_EQ(starts_as("1"), 1);
  EXPECT_EQ(starts_as("64"), 64);
  EXPECT_EQ(starts_as(" 5 , 2"), 5);
  const int processors = usable_processors();
  for (const char* nonsense : {"", "0", "-3", "many", "4x", "99999999999999999999"}) {
    EXPECT_EQ(starts_as(nonsense), processors) << nonsense;
  }
}

class Quota : public ::testing::Test {
 protected:
  Quota() : root_(fs::path(testing::TempDir()) / "lehr_cgroup_test") { fs::remove_all(root_); }
  ~Quota() override { fs::remove_all(root_); }
  void write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << '\n';
  }
  int of(const std::string& group) { return quota_of_cgroup(group, root_); }
  std::uint64_t memory_left(const std::string& group) { return memory_left_in_cgroup(group, root_); }

 private:
  fs::path root_;
};

TEST_F(Quota, IsTheSmallestOnTheWayDown) {
  write("a/cpu.max", "350000 100000");
  write("a/b/cpu.max", "max 100000");
  write("a/b/c/cpu.max", "600000 100000");
  EXPECT_EQ(of("0::/a"), 4);
  EXPECT_EQ(of("0::/a/b"), 4);
  EXPECT_EQ(of("0::/a/b/c"), 4);
  EXPECT_EQ(of("0::/"), 0);
}

TEST_F(Quota, OfAContainerLiesAtTheRoot) {
  write("cpu.max", "50000 100000");
  EXPECT_EQ(of("0::/"), 1);
  EXPECT_EQ(of("0::/somewhere/else"), 1);
}

TEST_F(Quota, OfMemoryIsTheLeastThatIsLeft) {
  constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(memory_left("/a/b"), none);
  write("a/memory.max", "1000");
  write("a/memory.current", "300");
  write("a/b/memory.max", "max");
  write("a/b/memory.current", "200");
  write("a/c/memory.max", "100");
  write("a/c/memory.current", "150");
  EXPECT_EQ(memory_left("/"), none);
  EXPECT_EQ(memory_left("/a/b"), 700U);
  EXPECT_EQ(memory_left("/a/c"), 0U) << "already above its limit";
}

TEST_F(Quota, OfVersionOneIsThatOfItsController) {
  write("cpu/box/cpu.cfs_quota_us", "200000");
  write("cpu/box/cpu.cfs_period_us", "100000");
  EXPECT_EQ(of("4:cpu,cpuacct:/box"), 2);
  EXPECT_EQ(of("5:memory:/box"), 0);
  write("cpu/box/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(of("4:cpu,cpuacct:/box"), 0);
}

TEST_F(Quota, NonsenseIsNone) {
  write("cpu.max", "lots of time");
  EXPECT_EQ(of("0::/"), 0);
  EXPECT_EQ(of("nothing"), 0);
  EXPECT_EQ(of(""), 0);
}

}  // namespace
}  // namespace lehr
