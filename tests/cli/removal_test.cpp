// What lehr runs rm and lehr runs gc remove and keep.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/support.hpp"
#include "support/ordinary_user.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

Arguments names_in(const fs::path& folder) {
  Arguments names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST(GarbageCollection, LeavesFilesThatAreNoCheckpoints) {
  const TemporaryFolder folder;
  const fs::path run_folder = folder.path() / "runs" / trained_run(folder.path(), {});
  const fs::path checkpoints = run_folder / "checkpoints";
  const Arguments own{"best-manual.safetensors", "notes.txt", "step-000000000004-mine.safetensors"};
  for (const std::string& name : own) write_file(checkpoints / name, "precious");
  write_file(checkpoints / ".lehr-1-2-3.tmp", "left over");
  write_file(checkpoints / "step-1.safetensors/inside", "in a folder");
  const Outcome dry = run(folder.path(), {"runs", "gc", "--dry-run", "--json"});
  EXPECT_EQ(dry.event("garbage")["bytes"], 9) << dry.out;
  EXPECT_EQ(run(folder.path(), {"runs", "gc"}).status, 0);
  Arguments left = own;
  left.emplace_back("step-1.safetensors");
  EXPECT_EQ(names_in(checkpoints), left);
  for (const std::string& name : left) fs::remove_all(checkpoints / name);
  EXPECT_EQ(run(folder.path(), {"runs", "gc"}).status, 0);
  EXPECT_FALSE(fs::exists(checkpoints)) << "it was empty";
}

TEST(GarbageCollection, LeavesWhatALinkLeadsTo) {
  const TemporaryFolder folder;
  const std::string first = trained_run(folder.path(), {});
  const std::string second = trained_run(folder.path(), {});
  const fs::path runs = folder.path() / "runs";
  fs::rename(runs / first / "checkpoints", folder.path() / "elsewhere");
  fs::create_directory_symlink(folder.path() / "elsewhere", runs / first / "checkpoints");
  fs::rename(runs / second, folder.path() / "moved");
  fs::create_directory_symlink(folder.path() / "moved", runs / second);
  const Arguments before = folder.contents();
  const Outcome outcome = run(folder.path(), {"runs", "gc", "--lost"});
  EXPECT_EQ(outcome.out, "freed 0 B\n") << outcome.err;
  EXPECT_EQ(folder.contents(), before);
  EXPECT_EQ(run(folder.path(), {"runs", "show", second}).status, 0) << "its records stay";
}

TEST(GarbageCollection, ShowsHostileNamesOnOneLine) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {});
  const std::string change = "cd " + folder.path().string() +
                             " && python3 -c \"import sqlite3; c = sqlite3.connect('runs/lehr.db'); "
                             "c.execute('UPDATE runs SET name = ?', ('a\\x1b[31m\\nb',)); c.commit()\"";
  if (std::system(change.c_str()) != 0) GTEST_SKIP() << "there is no Python";
  const Outcome outcome = run(folder.path(), {"runs", "gc", "--dry-run", "--lost"});
  EXPECT_TRUE(outcome.out.starts_with("records of a\\x1B[31m\\x0Ab (it has no folder")) << outcome.out;
}

TEST(Removal, OfAFolderThatIsALinkIsRefusedAndOthersGo) {
  const TemporaryFolder folder;
  const std::string linked = trained_run(folder.path(), {});
  const std::string other = trained_run(folder.path(), {});
  const fs::path runs = folder.path() / "runs";
  fs::rename(runs / linked, folder.path() / "moved");
  fs::create_directory_symlink(folder.path() / "moved", runs / linked);
  const Outcome outcome = run(folder.path(), {"runs", "rm", linked, other, "--yes"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "removed " + other + "\n");
  EXPECT_NE(outcome.err.find("\"runs/" + linked + "\" is a symbolic link"), std::string::npos) << outcome.err;
  EXPECT_TRUE(fs::exists(runs / linked / "model.safetensors"));
  EXPECT_EQ(run(folder.path(), {"runs", "show", linked}).status, 0);
  EXPECT_EQ(run(folder.path(), {"runs", "show", other}).status, 2);
}

TEST(Removal, OfAFolderWithoutPermissionLeavesTheRunWholeAndOthersGo) {
  const AsOrdinaryUser user;
  if (::faccessat(AT_FDCWD, LEHR_BINARY, X_OK, AT_EACCESS) != 0) GTEST_SKIP() << "nobody may run the command";
  const TemporaryFolder folder;
  const std::string kept = trained_run(folder.path(), {});
  const std::string other = trained_run(folder.path(), {});
  const fs::path run_folder = folder.path() / "runs" / kept;
  fs::permissions(run_folder / "checkpoints", fs::perms::owner_read | fs::perms::owner_exec);
  const Arguments before = names_in(run_folder);
  const Outcome outcome = run(folder.path(), {"runs", "rm", kept, other, "--yes"});
  fs::permissions(run_folder / "checkpoints", fs::perms::owner_all);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "removed " + other + "\n");
  EXPECT_NE(outcome.err.find("checkpoints\" cannot be removed: Permission denied"), std::string::npos)
      << outcome.err;
  EXPECT_EQ(names_in(run_folder), before);
  EXPECT_EQ(run(folder.path(), {"runs", "show", kept}).status, 0);
  EXPECT_EQ(run(folder.path(), {"runs", "show", other}).status, 2);
}

}  // namespace
}  // namespace lehr::test
