// Readers that close a pipe, streams that are closed or full, and limits on file sizes.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

const std::string train_command = R"("$LEHR" train --data digits:300 --threads 1 --epochs 3)";

/// Runs the command in a pipe to `reader` and returns the status of the command.
std::string status_in_pipe(const TemporaryFolder& folder, const std::string& command,
                           const std::string& reader) {
  const Outcome outcome = run_script(folder.path(), "{ " + command + "; echo $? >status; } | " + reader);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return read_file(folder.path() / "status");
}

bool holds_a_model(const TemporaryFolder& folder) {
  for (const std::string& name : folder.contents()) {
    if (name.ends_with("/model.safetensors")) return true;
  }
  return false;
}

TEST(Streams, AReaderThatGoesAwayDoesNotEndATraining) {
  for (const std::string output : {"--json", "--json 2>&1", "2>&1 >/dev/null", "--trace-events 2>&1"}) {
    for (const std::string reader : {"head -1", "true"}) {
      const TemporaryFolder folder;
      EXPECT_EQ(status_in_pipe(folder, train_command + " " + output, reader), "0\n")
          << output << " | " << reader;
      EXPECT_TRUE(holds_a_model(folder)) << output << " | " << reader;
    }
  }
}

TEST(Streams, AReaderThatGoesAwayEndsOtherCommandsQuietly) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {"--stats"});
  for (const std::string command :
       {"--help", "--version", "train --help", "runs list", "runs list --json", "runs show latest",
        "runs export latest --table stats", "runs sql 'SELECT * FROM steps' --format jsonl",
        "runs compare latest latest", "report latest --text", "summary", "summary --json",
        "predict runs/RUN --data digits:200 --sample 0,1,2 --draw", "evaluate runs/RUN --data digits:200",
        "activations runs/RUN --data digits:200 --sample 0 --out seen.safetensors --json",
        "find-lr --data digits:200 --batches 20 --json", "data make digits --count 20 --out made"}) {
    std::string with_run = command;
    if (const std::size_t at = with_run.find("RUN"); at != std::string::npos) with_run.replace(at, 3, id);
    EXPECT_EQ(status_in_pipe(folder, "\"$LEHR\" " + with_run + " 2>err", "true"), "0\n") << command;
    EXPECT_EQ(read_file(folder.path() / "err"), "") << command;
  }
}

TEST(Streams, ClosedOnesAreAsDevNull) {
  for (const std::string closed : {">&-", "2>&-", "<&-", "<&- >&- 2>&-"}) {
    const TemporaryFolder folder;
    const Outcome outcome = run_script(folder.path(), train_command + " --csv log.csv " + closed);
    EXPECT_EQ(outcome.status, 0) << closed << outcome.err;
    EXPECT_TRUE(holds_a_model(folder)) << closed;
    const std::string log = read_file(folder.path() / "log.csv");
    EXPECT_TRUE(log.starts_with("epoch,lr,")) << "nothing else was written into it: " << log;
    EXPECT_EQ(run(folder.path(), {"runs", "list"}).status, 0) << closed;
  }
}

TEST(Streams, AFullStdoutIsSaidWithStatus1AndTheModelIsThere) {
  const TemporaryFolder folder;
  const Outcome outcome = run_script(folder.path(), train_command + " --json --quiet >/dev/full");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "lehr: standard output cannot be written: No space left on device\n");
  EXPECT_TRUE(holds_a_model(folder));
  EXPECT_EQ(run_script(folder.path(), "\"$LEHR\" runs list >/dev/full").status, 1);
  EXPECT_EQ(run_script(folder.path(), "\"$LEHR\" runs list 2>/dev/full").status, 0);
}

// Like closing a terminal window: the terminal accepts no more output, and SIGHUP arrives.
TEST(Streams, ATerminalThatIsClosedInterruptsATraining) {
  const TemporaryFolder folder;
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    std::signal(SIGHUP, SIG_DFL);
    if (::chdir(folder.path().c_str()) == 0) {
      ::execl(LEHR_BINARY, "lehr", "train", "--data", "digits:300", "--epochs", "100000", "--json",
              static_cast<char*>(nullptr));
    }
    ::_exit(127);
  }
  ASSERT_GT(child, 0);
  std::string shown;
  std::array<char, 4096> buffer{};
  while (shown.find("\"epoch\":2,") == std::string::npos) {
    const ssize_t got = ::read(terminal, buffer.data(), buffer.size());
    if (got <= 0) break;
    shown.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130) << shown;
  EXPECT_TRUE(holds_a_model(folder));
}

// One kilobyte per block: the weights fit, but a checkpoint does not.
TEST(Streams, ALimitOnTheSizeOfFilesIsAFullDisk) {
  const TemporaryFolder folder;
  const Outcome outcome = run_script(folder.path(), "ulimit -f 100; " + train_command + " --quiet");
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("cannot be written: File too large"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace lehr::test
