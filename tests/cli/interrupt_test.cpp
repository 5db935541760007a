// Signals during a command.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> long_training(std::vector<std::string> more) {
  std::vector<std::string> arguments{"train", "--data", "digits:1000", "--threads",
                                     "1",     "--json", "--epochs",    "100000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Interrupt, OnceSavesTheModelAndExitsWith130) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) {
    const TemporaryFolder folder;
    Running training(folder.path(), long_training({}));
    ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
    training.signal(signal);
    const Outcome outcome = training.wait();
    EXPECT_EQ(outcome.status, 130) << signal << outcome.err;
    const nlohmann::json done = outcome.event("done");
    EXPECT_EQ(done["interrupted"], true);
    EXPECT_NE(outcome.err.find("lehr train --resume " + done["path"].get<std::string>()), std::string::npos)
        << outcome.err;
    EXPECT_EQ(run(folder.path(), {"evaluate", done["model"], "--data", "digits:100"}).status, 0);
  }
}

TEST(Interrupt, TwiceStopsAtOnce) {
  const TemporaryFolder folder;
  Running training(folder.path(), long_training({"--batch-size", "1000"}));
  ASSERT_TRUE(training.wait_for_output("\"start\""));
  training.signal(SIGINT);
  training.signal(SIGTERM);
  EXPECT_EQ(training.wait().status, 130);
}

// When a terminal is closed, the shell and the system each send one.
TEST(Interrupt, SeveralHangupsAreOne) {
  const TemporaryFolder folder;
  Running training(folder.path(), long_training({}));
  ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
  for (const int signal : {SIGHUP, SIGTERM, SIGHUP, SIGHUP}) training.signal(signal);
  const Outcome outcome = training.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_EQ(outcome.event("done")["interrupted"], true) << "it ended in its own time";
}

TEST(Interrupt, ASignalThatIsIgnoredStaysIgnored) {
  struct Case {
    const char* ignored;
    int signal;
    int other;
  };
  for (const Case& one :
       {Case{"HUP", SIGHUP, SIGTERM}, Case{"INT", SIGINT, SIGTERM}, Case{"TERM", SIGTERM, SIGINT}}) {
    const TemporaryFolder folder;
    Running training = Running::script(folder.path(), std::string("trap '' ") + one.ignored +
                                                          "; exec \"$LEHR\" train --data digits:300 "
                                                          "--threads 1 --epochs 100000 --json");
    ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
    training.signal(one.signal);
    EXPECT_TRUE(training.wait_for_output("\"epoch\":40,")) << one.ignored;
    training.signal(one.other);
    EXPECT_EQ(training.wait().status, 130);
  }
}

TEST(Interrupt, WhileMapsAreWrittenLeavesWholeFiles) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {});
  std::string samples = "0";
  for (int i = 1; i < 400; ++i) samples += "," + std::to_string(i);
  Running drawing(folder.path(), {"activations", id, "--data", "digits:2000", "--sample", samples, "--maps",
                                  "maps", "--out", "seen.safetensors"});
  ASSERT_TRUE(drawing.wait_until_caught(SIGINT));
  drawing.signal(SIGINT);
  const Outcome outcome = drawing.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("lehr: interrupted; "), std::string::npos) << outcome.err;
  for (const std::string& name : folder.contents()) {
    EXPECT_FALSE(name.starts_with("maps/") && !name.ends_with(".png")) << name;
  }
}

TEST(Interrupt, WhileDataIsMadeLeavesNothing) {
  const TemporaryFolder folder;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Running training(folder.path(), {"train", "--data", "digits:400000", "--threads", "1"});
    ASSERT_TRUE(training.wait_until_caught(signal));
    training.signal(signal);
    const Outcome outcome = training.wait();
    EXPECT_EQ(outcome.status, 130) << signal;
    EXPECT_NE(outcome.err.find("lehr: interrupted; nothing was saved\n"), std::string::npos) << outcome.err;
    EXPECT_TRUE(folder.contents().empty());
  }
}

TEST(Interrupt, EndsASweepOfRates) {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"find-lr", "--data", "digits:1000", "--batches", "100000", "--seeds",
                                 "1000"},
        std::vector<std::string>{"train", "--data", "digits:400000", "--lr", "auto"}}) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      Running sweep(folder.path(), arguments);
      ASSERT_TRUE(sweep.wait_until_caught(signal));
      sweep.signal(signal);
      const Outcome outcome = sweep.wait();
      EXPECT_EQ(outcome.status, 130) << signal;
      EXPECT_NE(outcome.err.find("lehr: interrupted; nothing was saved\n"), std::string::npos) << outcome.err;
      EXPECT_EQ(outcome.out, "");
      EXPECT_TRUE(folder.contents().empty());
    }
  }
}

// The training has one batch and the validation thousands, so the signal almost always arrives
// during validation. The checks hold at any time.
TEST(Interrupt, DuringValidationTheSummaryNamesTheEpochOfItsFigures) {
  const TemporaryFolder folder;
  Running training(folder.path(),
                   {"train", "--data", "digits:10000", "--threads", "1", "--json", "--epochs", "100000",
                    "--max-batches", "1", "--batch-size", "1", "--checkpoint-epochs", "1000"});
  ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
  training.signal(SIGINT);
  const Outcome outcome = training.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  const nlohmann::json done = outcome.event("done");
  ASSERT_TRUE(done.contains("valid_epoch"));
  const int epochs = done["epochs"];
  const nlohmann::json last = outcome.events().at(outcome.events().size() - 2);
  EXPECT_EQ(last["epoch"], epochs);
  const bool cut_short = last["valid_loss"].is_null();
  EXPECT_EQ(last.contains("complete"), cut_short);
  const int validated = cut_short ? epochs - 1 : epochs;
  EXPECT_EQ(done["valid_epoch"], validated);
  const std::string after = cut_short ? " after epoch " + std::to_string(validated) + ";" : ";";
  EXPECT_NE(outcome.err.find("of 2,000 validation images right" + after), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace lehr::test
