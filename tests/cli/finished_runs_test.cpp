// Resume and export of runs that have ended, or that never began.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> short_training{"train",    "--data", "digits:300", "--threads", "1",
                                              "--epochs", "2",      "--name",     "mine",      "--quiet"};

fs::path model_of(const Outcome& trained) { return trained.out.substr(0, trained.out.find('\n')); }

TEST(FinishedRun, WithoutCheckpointsIsNotTrainedOverItsModel) {
  const TemporaryFolder folder;
  const Outcome trained = run(folder.path(), short_training);
  ASSERT_EQ(trained.status, 0) << trained.err;
  const fs::path model = folder.path() / model_of(trained);
  const std::string before = read_file(model);
  ASSERT_EQ(run(folder.path(), {"runs", "gc"}).status, 0);
  fs::create_directory(folder.path() / "elsewhere");
  const fs::path moved = folder.path() / "elsewhere" / model.parent_path().filename();
  fs::rename(model.parent_path(), moved);
  const Outcome resumed = run(folder.path(), {"train", "--resume", moved.string()});
  EXPECT_EQ(resumed.status, 2);
  EXPECT_NE(
      resumed.err.find("there is nothing to resume: the run has saved its model, and has no checkpoints"),
      std::string::npos)
      << resumed.err;
  EXPECT_EQ(read_file(moved / "model.safetensors"), before);
}

TEST(FinishedRun, SaysThatNothingIsLeftToTrain) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder.path(), short_training).status, 0);
  const Outcome resumed = run(folder.path(), {"train", "--resume", "latest"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(resumed.err.find("train loss"), std::string::npos) << "a table without rows: " << resumed.err;
  EXPECT_NE(resumed.err.find("nothing was trained"), std::string::npos) << resumed.err;
}

TEST(FinishedRun, ThatStoppedEarlyNamesTheEpochInWhichItDid) {
  const TemporaryFolder folder;
  const Outcome first = run(folder.path(), {"train", "--data", "digits:100", "--threads", "1", "--epochs",
                                            "30", "--lr", "0", "--early-stopping", "2"});
  ASSERT_NE(first.err.find("ended in epoch 3 of 30"), std::string::npos) << first.err;
  const Outcome resumed = run(folder.path(), {"train", "--resume", "latest"});
  EXPECT_NE(resumed.err.find("ended in epoch 3 of 30"), std::string::npos) << resumed.err;
}

TEST(FinishedRun, KeepsItsTitleIfItBeginsAnew) {
  const TemporaryFolder folder;
  const Outcome diverged =
      run(folder.path(), {"train", "--data", "digits:300", "--threads", "1", "--optimizer", "sgd",
                          "--schedule", "constant", "--lr", "1e9", "--name", "boom", "--quiet"});
  ASSERT_EQ(diverged.status, 3) << diverged.err;
  EXPECT_EQ(run(folder.path(), {"train", "--resume", "boom", "--quiet"}).status, 3);
  const Outcome shown = run(folder.path(), {"runs", "show", "boom", "--json"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_EQ(shown.event("run")["name"], "boom");
}

TEST(Export, ReplacesExportsOfTheSameColumnsAlone) {
  const TemporaryFolder folder;
  const Outcome trained = run(folder.path(), short_training);
  ASSERT_EQ(trained.status, 0) << trained.err;
  const std::vector<std::string> steps{"runs", "export", "mine", "--table", "steps", "--out", "steps.csv"};
  EXPECT_EQ(run(folder.path(), steps).status, 0);
  EXPECT_EQ(run(folder.path(), steps).status, 0) << "again";
  const std::string config = model_of(trained).parent_path() / "config.toml";
  std::ofstream(folder.path() / "notes.txt") << "my notes\n";
  for (const std::string& other : {std::string("notes.txt"), config, std::string("steps.csv")}) {
    const std::string before = read_file(folder.path() / other);
    const Outcome refused = run(folder.path(), {"runs", "export", "mine", "--out", other});
    EXPECT_EQ(refused.status, 2) << other;
    EXPECT_NE(refused.err.find("is no export of the same columns"), std::string::npos) << refused.err;
    EXPECT_EQ(read_file(folder.path() / other), before);
  }
  EXPECT_EQ(run(folder.path(), {"runs", "export", "mine", "another"}).status, 2) << "one run, not two";
}

TEST(Export, HasAHeaderWithoutRows) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder.path(), short_training).status, 0);
  const Outcome stats = run(folder.path(), {"runs", "export", "mine", "--table", "stats"});
  EXPECT_TRUE(stats.out.starts_with("run,")) << stats.out;
  EXPECT_EQ(stats.out.find('\n') + 1, stats.out.size()) << stats.out;
}

}  // namespace
}  // namespace lehr::test
