#include "faults/durable_state.hpp"

#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

/// A folder `kept` with a file `old`. Each test replaces the file and plays a crash.
struct DurableState : testing::Test {
  DurableState() {
    write_file(before() / "kept" / "old", "old");
    fs::copy(before(), tree(), fs::copy_options::recursive);
  }
  fs::path before() const { return folder.path() / "before"; }
  fs::path tree() const { return folder.path() / "tree"; }
  fs::path notes() const { return folder.path() / "notes"; }

  void journal(const std::string& lines) const {
    write_file(notes() / "journal", "known 0 " + (tree() / "kept").string() + "\n" + lines);
  }
  void crash(Unflushed unflushed) {
    Rng rng(1, Purpose::test);
    test::crash(tree(), before(), notes(), unflushed, rng);
  }
  std::string old() const { return read_file(tree() / "kept" / "old"); }

  TemporaryFolder folder;
};

TEST_F(DurableState, AFileRenamedWithoutAFlushIsEmptyOrTheOldOne) {
  write_file(tree() / "kept" / "old", "new");
  journal("make f 0 1 .tmp\nmove 0 0 .tmp/old\nsync 0\n");
  crash(Unflushed::lost);
  EXPECT_EQ(old(), "") << "the name was flushed, the bytes were not";
}

TEST_F(DurableState, AFlushedFileWithoutAFlushedNameIsNotThere) {
  write_file(tree() / "kept" / "old", "new");
  write_file(notes() / "0", "new");
  journal("make f 0 1 .tmp\ncopy 1 0\nmove 0 0 .tmp/old\n");
  crash(Unflushed::lost);
  EXPECT_EQ(old(), "old");
  EXPECT_FALSE(fs::exists(tree() / "kept" / ".tmp"));
}

TEST_F(DurableState, WhatWasFlushedIsThere) {
  write_file(tree() / "kept" / "old", "new");
  write_file(notes() / "0", "new");
  journal("make f 0 1 .tmp\ncopy 1 0\nmove 0 0 .tmp/old\nsync 0\n");
  for (const Unflushed unflushed : {Unflushed::lost, Unflushed::mixed, Unflushed::kept}) {
    crash(unflushed);
    EXPECT_EQ(old(), "new");
  }
}

TEST_F(DurableState, AFolderWhoseNameWasNotFlushedTakesAllWithIt) {
  write_file(tree() / "kept" / "run" / "model", "new");
  write_file(notes() / "0", "new");
  journal("make d 0 1 run\nmake f 1 2 model\ncopy 2 0\nsync 1\n");
  crash(Unflushed::kept);
  EXPECT_EQ(read_file(tree() / "kept" / "run" / "model"), "new");
  crash(Unflushed::lost);
  EXPECT_FALSE(fs::exists(tree() / "kept" / "run"));
}

TEST_F(DurableState, ARemovedNameComesBack) {
  fs::remove(tree() / "kept" / "old");
  journal("drop 0 old\n");
  crash(Unflushed::lost);
  EXPECT_EQ(old(), "old");
}

}  // namespace
}  // namespace lehr::test
