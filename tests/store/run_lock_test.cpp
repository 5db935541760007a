#include "lehr/store/run_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/store/made_folders.hpp"
#include "store/process_mark.hpp"
#include "store/support.hpp"

namespace lehr::store {
namespace {

namespace fs = std::filesystem;
using store_test::TemporaryFolder;

std::string refusal(const fs::path& folder) {
  try {
    const RunLock lock(folder);
    return "";
  } catch (const BadInput& error) {
    return error.what();
  }
}

TEST(RunLock, HoldsAFolderOnceAndLeavesNothing) {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  fs::create_directory(run);
  fs::create_directory_symlink(run, folder / "link");
  {
    const RunLock lock(run);
    EXPECT_TRUE(is_locked(run));
    EXPECT_NE(refusal(run).find("trained by process " + std::to_string(getpid()) + ";"), std::string::npos)
        << refusal(run);
    EXPECT_NE(refusal(folder / "link"), "") << "another name of the same folder";
  }
  EXPECT_FALSE(is_locked(run));
  EXPECT_EQ(refusal(run), "");
  EXPECT_TRUE(fs::is_empty(run));
  EXPECT_NE(refusal(folder / "none").find("cannot be written"), std::string::npos);
  EXPECT_FALSE(is_locked(folder / "none"));
  EXPECT_EQ(refusal(""), "a run to lock needs a folder, found an empty name");
}

TEST(RunLock, GoesWithAProcessThatIsKilled) {
  const TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const RunLock lock(folder.path());
    const std::int64_t start = ProcessMark::mine().start;
    [[maybe_unused]] const auto written = write(ready[1], &start, sizeof start);
    for (;;) pause();
  }
  std::int64_t start = 0;
  ASSERT_EQ(read(ready[0], &start, sizeof start), sizeof start);
  const ProcessMark mark{ProcessMark::mine().host, child, start};
  EXPECT_TRUE(is_locked(folder.path()));
  EXPECT_EQ(alive(mark), Alive::yes);
  EXPECT_NE(refusal(folder.path()).find("process " + std::to_string(child)), std::string::npos);
  kill(child, SIGKILL);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);  // the child has ended but is not yet
                                                                       // reaped
  EXPECT_EQ(alive(mark), Alive::no);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_locked(folder.path()));
  EXPECT_EQ(refusal(folder.path()), "");
}

TEST(RunLock, IsNotFooledByWhatAFileSays) {
  const TemporaryFolder folder;
  std::ofstream(folder / "lock") << "1 elsewhere/boot/pid\n";
  EXPECT_FALSE(is_locked(folder.path())) << "a copy of a folder that is being trained";
  EXPECT_EQ(refusal(folder.path()), "");
}

TEST(MadeFolders, GoUnlessTheyAreKept) {
  const TemporaryFolder folder;
  {
    MadeFolders made(folder / "a/b/c/");
    EXPECT_TRUE(fs::is_directory(folder / "a/b/c"));
  }
  EXPECT_FALSE(fs::exists(folder / "a"));
  MadeFolders(folder / "a/b").keep();
  {
    const MadeFolders made(folder / "a/b/c");
    std::ofstream(folder / "a/b/c/file") << "somebody else's";
  }
  EXPECT_TRUE(fs::exists(folder / "a/b/c/file"));
  EXPECT_THROW(MadeFolders(folder / "a/b/c/file/d"), fs::filesystem_error);
  EXPECT_THROW(check_can_make(folder / "a/b/c/file/d"), fs::filesystem_error);
  EXPECT_NO_THROW(check_can_make(folder / "x/y/z"));
  EXPECT_FALSE(fs::exists(folder / "x"));
}

}  // namespace
}  // namespace lehr::store
