// Every file that an option names is checked before the first batch, and existing files are not
// lost.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

void expect_refused(const fs::path& folder, const Arguments& more, const std::string& said) {
  Arguments arguments{"train", "--data", "digits:200", "--quiet", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = run(folder, arguments);
  EXPECT_EQ(outcome.status, 2) << outcome.err;
  EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.out.find("\"start\""), std::string::npos) << "it is known before the first batch";
}

TEST(Outputs, OneFileForTwoPurposesIsRefused) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "d");
  fs::create_directory_symlink("d", folder.path() / "link");
  fs::create_symlink("d/log", folder.path() / "dangling");
  const std::string said = "name the same file";
  for (const std::string other : {"d/log", "./d/../d/log", "link/log", "dangling"}) {
    expect_refused(folder.path(), {"--csv", "d/log", "--jsonl", other}, said);
    expect_refused(folder.path(), {"--csv", "d/log", "--jsonl", other, "--no-save"}, said);
  }
  for (const std::string store : {"runs/lehr.db", "runs/lehr.db-wal", "runs/lehr.db-shm"}) {
    expect_refused(folder.path(), {"--csv", store}, said);
  }
  expect_refused(folder.path(), {"--jsonl", "d/lehr.db", "--out", "link"}, said);
  EXPECT_EQ(folder.contents(), (Arguments{"d", "dangling", "link"}));
}

TEST(Outputs, AFileThatAStreamIsWrittenToIsRefused) {
  const TemporaryFolder folder;
  const std::string train = "\"$LEHR\" train --data digits:200 --no-save ";
  EXPECT_EQ(run_script(folder.path(), train + "--csv log >log").status, 2);
  EXPECT_EQ(run_script(folder.path(), train + "--jsonl log --json >>log").status, 2);
  const Outcome outcome = run_script(folder.path(), train + "--csv /dev/stderr 2>log; cat log");
  EXPECT_EQ(outcome.out, "lehr: --csv \"/dev/stderr\": standard error is written to the same file\n");
  EXPECT_EQ(folder.contents(), Arguments{"log"});
}

TEST(Outputs, WhatExistsIsNotLost) {
  const TemporaryFolder folder;
  write_file(folder.path() / "precious", "years of work");
  fs::create_symlink("precious", folder.path() / "link");
  for (const std::string option : {"--csv", "--jsonl"}) {
    for (const std::string file : {"precious", "link"}) {
      expect_refused(folder.path(), {option, file}, option + " \"" + file + "\": the file exists");
    }
  }
  // The other log could be written, but has not been started.
  expect_refused(folder.path(), {"--csv", "new.csv", "--jsonl", "precious"}, "the file exists");
  EXPECT_EQ(read_file(folder.path() / "precious"), "years of work");
  EXPECT_EQ(folder.contents(), (Arguments{"link", "precious"}));
}

TEST(Outputs, WhatNothingCanBeWrittenToIsRefused) {
  const TemporaryFolder folder;
  write_file(folder.path() / "file", "x");
  fs::create_directory(folder.path() / "folder");
  fs::create_symlink("loop", folder.path() / "loop");
  ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  const Arguments before = folder.contents();
  for (const std::string file : {"file/below", "folder", "folder/", "loop", "pipe", "/dev/null", "/dev/full",
                                 "/dev/stdout", "/proc/none/x"}) {
    for (const std::string option : {"--csv", "--jsonl"})
      expect_refused(folder.path(), {option, file}, option);
    const Outcome sweep = run(folder.path(), {"find-lr", "--data", "digits:400000", "--svg", file});
    EXPECT_EQ(sweep.status, 2) << file << sweep.err;
    EXPECT_NE(sweep.err.find("--svg"), std::string::npos) << sweep.err;
  }
  EXPECT_EQ(folder.contents(), before);
}

TEST(Outputs, ARunStoreThatIsNoFileIsRefused) {
  const TemporaryFolder folder;
  const fs::path store = folder.path() / "runs" / "lehr.db";
  fs::create_directory(folder.path() / "runs");
  ASSERT_EQ(mkfifo(store.c_str(), 0600), 0);
  expect_refused(folder.path(), {},
                 "the run store \"runs/lehr.db\": cannot be written: expected a regular file");
  fs::remove(store);
  fs::create_directory(store);
  expect_refused(folder.path(), {}, "the run store \"runs/lehr.db\": cannot be written: Is a directory");
  fs::remove(store);
  fs::create_symlink("/proc/none/x", store);
  expect_refused(folder.path(), {}, "the run store");
  EXPECT_EQ(folder.contents(), (Arguments{"runs", "runs/lehr.db"}));
}

TEST(Outputs, ALogWithoutEpochsMayBeWrittenAndAResumedRunGoesOn) {
  const TemporaryFolder folder;
  write_file(folder.path() / "log.csv", "epoch,lr,train_loss\n");  // of a training that did not begin
  Running training(folder.path(), {"train", "--data", "digits:300", "--threads", "1", "--epochs", "60",
                                   "--json", "--csv", "log.csv", "--jsonl", "new/log.jsonl"});
  ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
  training.signal(SIGTERM);
  ASSERT_EQ(training.wait().status, 130);
  const Outcome resumed = run(folder.path(), {"train", "--resume", "latest", "--threads", "1"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  const std::string log = read_file(folder.path() / "log.csv");
  EXPECT_NE(log.find("\n60,"), std::string::npos) << log;
}

TEST(Outputs, AMissingFolderForTemporaryFilesIsNamed) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {"--threads", "1"});
  const Outcome outcome =
      run_script(folder.path(), "TMPDIR=/proc/none \"$LEHR\" train --resume latest --verify --threads 1");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.err.starts_with("lehr: TMPDIR names no folder for temporary files: ")) << outcome.err;
}

TEST(Outputs, OtherCommandsReplaceOnlyFilesOfTheirKind) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {"--threads", "1"});
  const std::string model = "runs/" + id + "/model.safetensors";
  const std::string before = read_file(folder.path() / model);
  const std::string page = "runs/" + id + "/report.html";
  const Arguments seen{"activations", "runs/" + id, "--data", "digits:200", "--sample", "0", "--out"};
  const Arguments exported{"runs", "export", "latest", "--out"};
  const Arguments report{"report", "latest", "--out"};
  const Arguments sweep{"find-lr", "--data", "digits:200", "--batches", "5", "--svg"};
  for (const Arguments& command : {seen, exported, report, sweep}) {
    for (const std::string& target : {model, std::string("runs/lehr.db")}) {
      Arguments arguments = command;
      arguments.push_back(target);
      const Outcome outcome = run(folder.path(), arguments);
      EXPECT_EQ(outcome.status, 2) << command.front() << outcome.err;
      const bool is_model = command == seen && target == model;
      EXPECT_NE(outcome.err.find(is_model ? "name the same file" : "the file exists and is no "),
                std::string::npos)
          << outcome.err;
    }
    for (int time = 0; time < 2; ++time) {
      Arguments arguments = command;
      arguments.push_back("of-" + command.front());
      EXPECT_EQ(run(folder.path(), arguments).status, 0) << "a file of its own is replaced";
    }
  }
  EXPECT_TRUE(read_file(folder.path() / model) == before);
  EXPECT_EQ(run(folder.path(), {"report", "latest"}).status, 0);
  EXPECT_EQ(run(folder.path(), {"activations", "runs/" + id, "--data", "digits:200", "--sample", "0", "--out",
                                "both", "--maps", "both"})
                .status,
            2);
}

}  // namespace
}  // namespace lehr::test
