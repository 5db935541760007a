// lehr lab: a study from a file, its table and verdicts, and how it goes on.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

constexpr const char* small_study = R"(
[study]
seeds = 2
measures = ["accuracy", "valid_loss"]
[base]
data = "digits:64"
channels = [2, 2, 2, 2]
epochs = 1
threads = 1
[axes]
batch-size = [16, 32]
)";

TEST(Lab, PrintsATableAndAVerdictAndRepeatsNothing) {
  const TemporaryFolder folder;
  write_file(folder.path() / "sizes.toml", small_study);
  const Outcome first = run(folder.path(), {"lab", "sizes.toml"});
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_NE(first.out.find("batch-size=16"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("accuracy:\n  "), std::string::npos) << first.out;
  EXPECT_NE(first.err.find("[4/4] batch-size="), std::string::npos) << first.err;
  const Outcome again = run(folder.path(), {"lab", "sizes.toml"});
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.err, "study sizes: 2 variants, 2 seeds\n4 of 4 runs are there already\n");
}

TEST(Lab, PrintsOneObjectForEachRunAndMeasure) {
  const TemporaryFolder folder;
  write_file(folder.path() / "sizes.toml", small_study);
  const Outcome outcome = run(folder.path(), {"lab", "sizes.toml", "--json", "--quiet", "--seeds", "1"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto comparison = outcome.event("comparison");
  EXPECT_EQ(comparison.at("measure"), "accuracy");
  EXPECT_EQ(comparison.at("finding"), "undecided");
  EXPECT_EQ(comparison.at("pairs").get<int>() + comparison.at("failed").get<int>(), 1);
  EXPECT_EQ(outcome.event("run").at("variant"), "batch-size=16");
}

TEST(Lab, GoesOnAfterCtrlC) {
  const TemporaryFolder folder;
  std::string text = small_study;
  text.replace(text.find("seeds = 2"), 9, "seeds = 60");
  write_file(folder.path() / "long.toml", text);
  Running running(folder.path(), {"lab", "long.toml", "--json"});
  ASSERT_TRUE(running.wait_for_output("\"event\":\"run\""));
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("the same command goes on from here"), std::string::npos) << outcome.err;
  const Outcome rest = run(folder.path(), {"lab", "long.toml"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_NE(rest.err.find(" of 120 runs are there already\n"), std::string::npos) << rest.err;
  EXPECT_NE(rest.err.find("[120/120] "), std::string::npos) << rest.err;
}

TEST(Lab, NamesThePlaceOfAMistake) {
  const TemporaryFolder folder;
  write_file(folder.path() / "bad.toml", "[axes]\nbatch-size = [64, 0]\n");
  const Outcome outcome = run(folder.path(), {"lab", "bad.toml"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("\"bad.toml\", line 2, column 19: "), std::string::npos) << outcome.err;
  EXPECT_EQ(run(folder.path(), {"lab", "none.toml"}).status, 2);
  write_file(folder.path() / "data.toml", "[base]\ndata = \"nope:1\"\n[axes]\nlr = [0.1, 0.2]\n");
  EXPECT_EQ(run(folder.path(), {"lab", "data.toml"}).status, 2);
  const Outcome no_folder = run(folder.path(), {"lab", "data.toml", "--runs", "bad.toml"});
  EXPECT_EQ(no_folder.status, 2);
  EXPECT_NE(no_folder.err.find("the output folder \"bad.toml\" cannot be written"), std::string::npos)
      << no_folder.err;
  EXPECT_EQ(folder.contents().size(), 2U) << "no folder is left behind";
}

}  // namespace
}  // namespace lehr::test
