// --resume of runs that were interrupted, killed or damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "cli/support.hpp"
#include "lehr/core/rng.hpp"
#include "support/small_disk.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

Arguments resumable_training(const Arguments& more) {
  Arguments arguments{
      "train", "--data",  "digits:2000",          "--threads", "1", "--batch-norm", "--epochs",
      "3",     "--quiet", "--checkpoint-batches", "3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const Arguments resume{"train", "--resume", "latest", "--threads", "1", "--quiet"};

std::string without_newline(const std::string& line) { return line.substr(0, line.find('\n')); }

bool can_resume(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / "runs", ignored)) return false;
  return std::ranges::any_of(fs::directory_iterator(folder / "runs"),
                             [](const auto& run) { return fs::exists(run.path() / "config.toml"); });
}

/// Number of kills for each way to train: eleven, or the value of LEHR_TEST_KILLS.
int kills_of_a_way() {
  const char* given = std::getenv("LEHR_TEST_KILLS");
  return given == nullptr ? 11 : std::stoi(given);
}

struct Killed : testing::TestWithParam<Arguments> {};

TEST_P(Killed, AtRandomInstantsEndsAsIfNothingHadHappened) {
  const TemporaryFolder whole;
  const Outcome undisturbed = run(whole.path(), resumable_training(GetParam()));
  ASSERT_EQ(undisturbed.status, 0) << undisturbed.err;
  const std::string expected = read_file(whole.path() / without_newline(undisturbed.out));

  Rng rng(11, Purpose::test, GetParam().size());
  const int enough = kills_of_a_way();
  int kills = 0;
  for (int run_number = 0; kills < enough && run_number < 3 * enough; ++run_number) {
    const TemporaryFolder folder;
    Outcome outcome;
    do {
      Running child(folder.path(), can_resume(folder.path()) ? resume : resumable_training(GetParam()));
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + rng.below(150)));
      child.signal(SIGKILL);
      outcome = child.wait();
      ASSERT_TRUE(outcome.status == 0 || outcome.status == 128 + SIGKILL) << outcome.status << outcome.err;
      kills += outcome.status == 0 ? 0 : 1;
    } while (outcome.status != 0 && kills < enough);
    if (outcome.status != 0)
      outcome = run(folder.path(), can_resume(folder.path()) ? resume : resumable_training(GetParam()));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(read_file(folder.path() / without_newline(outcome.out)) == expected)
        << "other weights after " << kills << " kills";
    const Outcome records = run(folder.path(), {"runs", "show", "latest", "--json"});
    EXPECT_EQ(records.status, 0) << records.err;
    EXPECT_NE(records.out.find("\"status\":\"done\""), std::string::npos) << records.out;
  }
  EXPECT_EQ(kills, enough);
}

INSTANTIATE_TEST_SUITE_P(Ways, Killed,
                         testing::Values(Arguments{"--accumulate", "3", "--augment", "photos"},
                                         Arguments{"--ema", "0.95", "--mixup", "0.4"},
                                         Arguments{"--schedule", "constant", "--monitor", "train_loss",
                                                   "--reduce-on-plateau", "1"},
                                         Arguments{"--schedule", "constant", "--optimizer", "sgd", "--lr",
                                                   "0.5", "--early-stopping", "1", "--save-best"},
                                         Arguments{"--schedule", "one-cycle", "--optimizer", "lookahead-adam",
                                                   "--csv", "log.csv"}));

/// Runs in a child process with a small disk of its own. Returns 0 if the run reported the full
/// disk, left no unreadable file, and ended with the same weights, either directly or after there
/// was space again.
int train_on_small_disk(const fs::path& folder, int kilobytes, const std::string& expected) {
  if (!mount_disk(folder, std::to_string(kilobytes) + "k")) return no_namespace;
  const Outcome full = run(folder, resumable_training({"--ema", "0.95"}));
  const bool ended = full.status == 0 || full.status == 1;
  if (!ended || full.err.find("No space left on device") == std::string::npos) {
    std::cerr << "status " << full.status << ": " << full.err;
    return 1;
  }
  if (!mount_disk(folder, "100m", true)) return 3;
  const Outcome resumed = run(folder, can_resume(folder) ? resume : resumable_training({"--ema", "0.95"}));
  if (resumed.status != 0) {
    std::cerr << "status " << resumed.status << ": " << resumed.err;
    return 4;
  }
  return read_file(folder / without_newline(resumed.out)) == expected ? 0 : 5;
}

TEST(Resume, GoesOnWhereTheDiskWasFull) {
  const TemporaryFolder whole;
  const Outcome undisturbed = run(whole.path(), resumable_training({"--ema", "0.95"}));
  const std::string expected = read_file(whole.path() / without_newline(undisturbed.out));
  for (const int kilobytes : {8, 100, 300, 500, 700, 900, 1100}) {
    const TemporaryFolder folder;
    const int status =
        in_own_namespace([&] { return train_on_small_disk(folder.path(), kilobytes, expected); });
    if (status == no_namespace) GTEST_SKIP() << "no file system of one's own can be mounted here";
    EXPECT_EQ(status, 0) << kilobytes << " KiB";
  }
}

TEST(Resume, GoesOnAfterCtrlCAndSigterm) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    Arguments long_training = resumable_training({"--json"});
    long_training[7] = "60";
    Running child(folder.path(), long_training);
    ASSERT_TRUE(child.wait_for_output("\"epoch\":2,"));
    child.signal(signal);
    const Outcome stopped = child.wait();
    EXPECT_EQ(stopped.status, 130) << stopped.err;
    const Outcome verified =
        run(folder.path(), {"train", "--resume", "latest", "--verify", "--threads", "1"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_NE(verified.out.find("every bit the same"), std::string::npos);
    const Outcome resumed = run(folder.path(), resume);
    EXPECT_EQ(resumed.status, 0) << resumed.err;
    const TemporaryFolder other;
    Arguments again = resumable_training({});
    again[7] = "60";
    const Outcome whole = run(other.path(), again);
    EXPECT_TRUE(read_file(folder.path() / without_newline(resumed.out)) ==
                read_file(other.path() / without_newline(whole.out)));
  }
}

// Each of these is recorded as a decision in the files. A resume must not undo it.
TEST(Resume, OfATrainingThatEndedEarlyChangesNothing) {
  const TemporaryFolder folder;
  const Outcome outcome = run(
      folder.path(), {"train", "--data", "digits:500", "--threads", "1", "--epochs", "30", "--early-stopping",
                      "1", "--schedule", "constant", "--lr", "0.5", "--optimizer", "sgd", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const fs::path model = folder.path() / without_newline(outcome.out);
  const std::string expected = read_file(model);
  fs::remove(model);  // as if it had been killed before
  const Outcome resumed = run(folder.path(), {"train", "--resume", "latest", "--threads", "1", "--json"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_LT(resumed.event("done")["epochs"], 30);
  EXPECT_TRUE(read_file(model) == expected) << "it went on";
}

TEST(Resume, GoesOnWithMoreTimeWhereALimitEndedIt) {
  const TemporaryFolder folder;
  const Outcome first = run(folder.path(), {"train", "--data", "digits:500", "--threads", "1", "--epochs",
                                            "4", "--time-limit", "0.000001", "--json"});
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_NE(first.err.find("lehr: go on with: lehr train --resume runs/"), std::string::npos) << first.err;
  const std::size_t reason = first.err.find("the time limit of");
  EXPECT_NE(reason, std::string::npos) << first.err;
  EXPECT_EQ(first.err.find("the time limit of", reason + 1), std::string::npos) << first.err;
  EXPECT_NE(first.err.find(" --time-limit MINUTES"), std::string::npos) << first.err;
  EXPECT_EQ(first.event("done")["time_limit"], true);
  const Outcome second =
      run(folder.path(), {"train", "--resume", "latest", "--threads", "1", "--time-limit", "0", "--json"});
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(second.event("done")["epochs"], 4);
  EXPECT_FALSE(second.event("done").contains("time_limit"));
  EXPECT_EQ(second.err.find("time limit"), std::string::npos) << second.err;
}

/// A finished run's folder.
fs::path trained(const TemporaryFolder& folder) {
  const Outcome outcome = run(folder.path(), resumable_training({}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return folder.path() / fs::path(without_newline(outcome.out)).parent_path();
}

std::vector<fs::path> checkpoints(const fs::path& run_folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(run_folder / "checkpoints")) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

TEST(Resume, VerifiesARunThatWritesFilesAndLeavesThemAlone) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder.path(), resumable_training({"--save-best", "--csv", "log.csv", "--jsonl", "log.jsonl",
                                                   "--time-limit", "1000", "--early-stopping", "2"}))
                .status,
            0);
  const std::vector<std::string> files = folder.contents();
  for (const std::string name : {"log.csv", "log.jsonl"}) write_file(folder.path() / name, "mine");
  const Outcome verified = run(folder.path(), {"train", "--resume", "latest", "--verify", "--threads", "1",
                                               "--time-limit", "0.000001"});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.out.find("every bit the same"), std::string::npos) << verified.out;
  EXPECT_EQ(folder.contents(), files);
  for (const std::string name : {"log.csv", "log.jsonl"}) {
    EXPECT_EQ(read_file(folder.path() / name), "mine") << name;
  }
}

TEST(Resume, RefusesADamagedCheckpointAndOffersTheOneBefore) {
  const TemporaryFolder folder;
  const auto files = checkpoints(trained(folder));
  ASSERT_EQ(files.size(), 2U);
  // "step-...-epoch" sorts before "step-....": the one of the finished epoch is the newer.
  const fs::path newest =
      files.front().string().find("-epoch") == std::string::npos ? files.back() : files.front();
  const fs::path before = newest == files.front() ? files.back() : files.front();
  std::string bytes = read_file(newest);
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 4);
  write_file(newest, bytes);
  const Outcome refused = run(folder.path(), resume);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("damaged"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("lehr train --resume "), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find(before.filename().string()), std::string::npos) << refused.err;
  EXPECT_EQ(run(folder.path(), {"train", "--resume", before.string(), "--quiet"}).status, 0);
}

std::int64_t lines_in(const fs::path& file) {
  const std::string text = read_file(file);
  return std::ranges::count(text, '\n');
}

// Data is identified by its contents, and paths in a run are absolute.
TEST(Resume, FindsItsDataAndLogsFromAnyFolderAndWhereTheyWereMoved) {
  const TemporaryFolder folder;
  const fs::path root = folder.path();
  write_idx(root / "a", 100, 28, 28);
  write_idx(root / "other", 101, 28, 28);
  const Outcome first =
      run(root, {"train", "--data", "mnist:a", "--epochs", "3", "--quiet", "--csv", "log.csv", "--jsonl",
                 "log.jsonl", "--time-limit", "0.0000001", "--checkpoint-batches", "1", "--threads", "1"});
  ASSERT_EQ(first.status, 0) << first.err;
  const fs::path run_folder = root / fs::path(without_newline(first.out)).parent_path();
  fs::create_directory(root / "elsewhere");
  const Arguments go_on{"train", "--resume", run_folder.string(), "--quiet"};
  const auto resumed = [&](const fs::path& from, const Arguments& more) {
    Arguments arguments = go_on;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(from, arguments);
  };
  const Outcome from_elsewhere = resumed(root / "elsewhere", {"--time-limit", "0.0000001"});
  EXPECT_EQ(from_elsewhere.status, 0) << from_elsewhere.err;
  EXPECT_TRUE(fs::is_empty(root / "elsewhere"));
  fs::rename(root / "a", root / "b");
  EXPECT_EQ(resumed(root, {}).status, 2);
  const Outcome other = resumed(root, {"--data", "mnist:other"});
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("training set: then 100 images"), std::string::npos) << other.err;
  EXPECT_EQ(resumed(root, {"--data", "mnist:b", "--time-limit", "0.0000001", "--threads", "2"}).status, 0);
  EXPECT_NE(read_file(run_folder / "config.toml").find((root / "b").string()), std::string::npos)
      << "the next resume finds it by itself";
  EXPECT_NE(read_file(run_folder / "config.toml").find("threads = 1\n"), std::string::npos)
      << "what else a resume was given is that resume's alone";
  fs::rename(root / "log.csv", root / "elsewhere/moved.csv");
  const Outcome last = resumed(root, {"--csv", "elsewhere/moved.csv", "--time-limit", "0"});
  EXPECT_EQ(last.status, 0) << last.err;
  EXPECT_EQ(lines_in(root / "elsewhere/moved.csv"), 4);
  EXPECT_EQ(lines_in(root / "log.jsonl"), 3);
  EXPECT_FALSE(fs::exists(root / "log.csv"));
  const Outcome shown = run(root, {"runs", "show", "latest", "--json"});
  EXPECT_EQ(shown.events().at(0)["data"], "mnist:" + (root / "b").string()) << shown.err;
}

// The two seeds were a single one when this run was made.
TEST(Resume, OfARunFromBeforeTheDataHadASeedOfItsOwn) {
  const TemporaryFolder folder;
  const Outcome first = run(folder.path(), {"train", "--data", "digits:200", "--seed", "3", "--data-seed",
                                            "3", "--epochs", "2", "--quiet", "--time-limit", "0.0000001"});
  ASSERT_EQ(first.status, 0) << first.err;
  const fs::path config = folder.path() / fs::path(without_newline(first.out)).parent_path() / "config.toml";
  std::string text = read_file(config);
  text.erase(text.find("data-seed = 3\n"), 14);
  write_file(config, text);
  const Outcome resumed = run(folder.path(), resume);
  EXPECT_EQ(resumed.status, 0) << resumed.err;
}

/// Waits until the file exists, or until the command ends.
bool waited_for(const fs::path& file) {
  constexpr int tries = 3000;
  for (int i = 0; i < tries && !fs::exists(file); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return fs::exists(file);
}

TEST(Resume, OfARunWhoseFolderWasRemovedWhileItWasTrained) {
  const TemporaryFolder folder;
  Running training(folder.path(), {"train", "--data", "digits:500", "--threads", "1", "--epochs", "100000",
                                   "--json", "--checkpoint-batches", "5"});
  ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
  fs::path run_folder;
  for (const auto& entry : fs::directory_iterator(folder.path() / "runs")) {
    if (entry.is_directory()) run_folder = entry.path();
  }
  fs::rename(run_folder, folder.path() / "gone");  // at once, as no removal is
  EXPECT_TRUE(waited_for(run_folder / "config.toml")) << "with the next checkpoint";
  training.signal(SIGTERM);
  const Outcome outcome = training.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_EQ(read_file(run_folder / "config.toml"), read_file(folder.path() / "gone/config.toml"));
  Arguments again = resume;
  again.insert(again.end(), {"--time-limit", "0.0000001"});
  const Outcome resumed = run(folder.path(), again);
  EXPECT_EQ(resumed.status, 0) << resumed.err;
}

TEST(Resume, SaysWhatItCannotUse) {
  const TemporaryFolder folder;
  const auto message = [&](const Arguments& arguments) {
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_NE(message({"train", "--resume", "latest"}).find("no run to resume"), std::string::npos);
  EXPECT_NE(message({"train", "--resume", "elsewhere"}).find("elsewhere"), std::string::npos);
  EXPECT_NE(message({"train", "--verify"}).find("--verify needs --resume"), std::string::npos);
  const fs::path run_folder = trained(folder);
  EXPECT_NE(message({"train", "--resume", "latest", "--epochs", "4"}).find("--epochs contradicts"),
            std::string::npos);
  std::string config = read_file(run_folder / "config.toml");
  config.replace(config.find("batch-size = 64"), 15, "batch-size = 32");
  write_file(run_folder / "config.toml", config);
  const std::string changed = message({"train", "--resume", "latest"});
  EXPECT_NE(changed.find("batch size: then 64, now 32"), std::string::npos) << changed;
  EXPECT_EQ(changed.find("can be tried"), std::string::npos) << "the one before it is no better";
}

}  // namespace
}  // namespace lehr::test
