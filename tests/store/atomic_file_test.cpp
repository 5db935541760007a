#include "lehr/store/atomic_file.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/text.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "store/support.hpp"
#include "support/file_size_limit.hpp"
#include "support/ordinary_user.hpp"

namespace lehr {
namespace {

using store::write_file_atomically;
using store_test::bad_input_of;
using store_test::expect_says;
using store_test::read_all;
using store_test::TemporaryFolder;
using test::FileSizeLimit;

void write_text(const std::filesystem::path& file, const std::string& text) {
  write_file_atomically(file, [&](std::ostream& stream) { stream << text; });
}

TEST(AtomicFile, WritesWhatTheCallbackWrites) {
  const TemporaryFolder folder;
  std::string expected;
  write_file_atomically(folder / "file", [&](std::ostream& stream) {
    for (int i = 0; i < 30000; ++i) {
      const std::string line = std::to_string(i) + "\n";
      stream << line;
      expected += line;
    }
    const std::string large(300000, 'x');
    stream << large << '!';
    expected += large + '!';
  });
  EXPECT_EQ(read_all(folder / "file"), expected);
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, NeedsAFunctionThatWrites) {
  const TemporaryFolder folder;
  expect_says(bad_input_of([&] { write_file_atomically(folder / "new/file", {}); }),
              {"new/file\": a function that writes the file was expected, found none"});
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(AtomicFile, ReplacesAnOlderFile) {
  const TemporaryFolder folder;
  write_text(folder / "file", "a long older text");
  write_text(folder / "file", "new");
  EXPECT_EQ(read_all(folder / "file"), "new");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, MakesMissingFolders) {
  const TemporaryFolder folder;
  write_text(folder / "a/b/c/file", "text");
  EXPECT_EQ(read_all(folder / "a/b/c/file"), "text");
}

TEST(AtomicFile, MakesItsFolderAgainIfItIsRemovedMeanwhile) {
  const TemporaryFolder folder;
  int writes = 0;
  write_file_atomically(folder / "a/b/file", [&](std::ostream& stream) {
    if (++writes == 1) std::filesystem::remove_all(folder / "a");
    stream << "text";
  });
  EXPECT_EQ(writes, 2);
  EXPECT_EQ(read_all(folder / "a/b/file"), "text");
}

TEST(AtomicFile, GivesUpIfItsFolderIsRemovedAgainAndAgain) {
  const TemporaryFolder folder;
  const auto write = [&](std::ostream& stream) {
    std::filesystem::remove_all(folder / "a");
    stream << "text";
  };
  expect_says(bad_input_of([&] { write_file_atomically(folder / "a/file", write); }), {"cannot be written"});
}

TEST(AtomicFile, KeepsTheOlderFileAndLeavesNothingIfTheCallbackThrows) {
  const TemporaryFolder folder;
  write_text(folder / "file", "older");
  const auto throws = [](std::ostream& stream) {
    stream << "half";
    throw Error("stop");
  };
  EXPECT_THROW(write_file_atomically(folder / "file", throws), Error);
  EXPECT_EQ(read_all(folder / "file"), "older");
  EXPECT_THROW(write_file_atomically(folder / "new/deep/file", throws), Error);
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, FollowsASymbolicLinkInsteadOfReplacingIt) {
  const TemporaryFolder folder;
  write_text(folder / "real", "older");
  std::filesystem::create_symlink("real", folder / "link");
  write_text(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_all(folder / "real"), "new");
}

TEST(AtomicFile, FollowsASymbolicLinkToAFileThatIsNotThereYet) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("new/real", folder / "second");
  std::filesystem::create_symlink(folder / "second", folder / "first");
  write_text(folder / "first", "text");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "first"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "second"));
  EXPECT_EQ(read_all(folder / "new/real"), "text");
  EXPECT_EQ(store::file_behind(folder / "first"), store::file_behind(folder / "new/../new/real"));
  std::filesystem::create_symlink("loop", folder / "loop");
  expect_says(bad_input_of([&] { write_text(folder / "loop", "x"); }), {"loop", "symbolic links"});
}

TEST(AtomicFile, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  expect_says(bad_input_of([&] { write_text(folder.path(), "x"); }),
              {folder.path().string(), "Is a directory"});
  expect_says(bad_input_of([&] { write_text(folder / "missing/", "x"); }), {"missing/", "Is a directory"});
  expect_says(bad_input_of([&] { write_text("", "x"); }), {"empty"});
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_says(bad_input_of([&] { write_text(folder / "pipe", "x"); }), {"pipe", "regular file"});
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, SaysWhyTheFolderCannotBeUsed) {
  const TemporaryFolder folder;
  write_text(folder / "file", "text");
  expect_says(bad_input_of([&] { write_text(folder / "file/below", "x"); }),
              {"file/below", "Not a directory"});
  expect_says(bad_input_of([&] { write_text(folder / "file/far/below", "x"); }),
              {"file/far/below", "Not a directory"});
  expect_says(bad_input_of([&] { write_text(folder / std::string(300, 'n'), "x"); }), {"File name too long"});
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, SaysThatPermissionIsMissing) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  const test::AsOrdinaryUser ordinary;
  expect_says(bad_input_of([&] { write_text(folder / "file", "x"); }), {"file", "Permission denied"});
  expect_says(bad_input_of([&] { write_text(folder / "new/file", "x"); }), {"new/file", "Permission denied"});
}

/// The message of the DiskError that a call throws; "" and a test failure if it throws none.
template <class Call>
std::string disk_error_of(const Call& call) {
  try {
    call();
  } catch (const DiskError& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected DiskError, found nothing thrown";
  return "";
}

TEST(AtomicFile, LeavesNothingIfAWriteFailsHalfWay) {
  const TemporaryFolder folder;
  write_text(folder / "file", "older");
  std::string message;
  {
    const FileSizeLimit limit(100000);
    message = disk_error_of([&] { write_text(folder / "file", std::string(200001, 'x')); });
  }
  expect_says(message, {in_quotes(folder / "file") + ": cannot be written", "File too large"});
  EXPECT_EQ(read_all(folder / "file"), "older");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, LeavesNothingIfTheLastFlushFails) {
  const TemporaryFolder folder;
  std::string message;
  {
    const FileSizeLimit limit(10);
    message = disk_error_of([&] { write_text(folder / "new/file", "longer than ten bytes"); });
  }
  expect_says(message, {"File too large"});
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(AtomicFile, LeavesAFileThatItsOwnerProtected) {
  const TemporaryFolder folder;
  write_text(folder / "file", "older");
  ASSERT_EQ(::chmod((folder / "file").c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  const test::AsOrdinaryUser ordinary;
  expect_says(bad_input_of([&] { write_text(folder / "file", "x"); }), {"file", "Permission denied"});
  EXPECT_EQ(read_all(folder / "file"), "older");
}

TEST(AtomicFile, CanBeCheckedBeforeItIsWritten) {
  const TemporaryFolder folder;
  write_text(folder / "file", "older");
  store::check_file_can_be_written(folder / "file");
  store::check_file_can_be_written(folder / "new/deep/file");
  EXPECT_EQ(read_all(folder / "file"), "older");
  EXPECT_EQ(folder.entries(), 1U) << "it leaves nothing behind";
  expect_says(bad_input_of([&] { store::check_file_can_be_written(folder.path()); }), {"Is a directory"});
  expect_says(bad_input_of([&] { store::check_file_can_be_written(folder / "file/x"); }),
              {"Not a directory"});
  expect_says(bad_input_of([&] { store::check_file_can_be_written("/dev/full"); }), {"regular file"});
}

}  // namespace
}  // namespace lehr
