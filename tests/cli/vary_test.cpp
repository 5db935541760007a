// lehr train --vary and --seeds: the shortest study.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> study(const std::vector<std::string>& options) {
  std::vector<std::string> all{"train",    "--data", "digits:64", "--channels", "2,2,2,2",
                               "--epochs", "1",      "--threads", "1"};
  all.insert(all.end(), options.begin(), options.end());
  return all;
}

/// The name of the study that a command runs.
std::string name_of(const Outcome& outcome) { return outcome.event("study").at("name"); }

class Vary : public testing::Test {
 protected:
  Outcome train(const std::vector<std::string>& options) const { return run(folder_.path(), study(options)); }
  void expect_refused(const std::vector<std::string>& options, const std::string& said) const {
    const Outcome outcome = train(options);
    EXPECT_EQ(outcome.status, 2) << said;
    EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_TRUE(folder_.contents().empty()) << said;
  }

  TemporaryFolder folder_;
};

TEST_F(Vary, ComparesValuesAndRepeatsNothing) {
  const std::vector<std::string> options{"--vary", "batch-size=16,32", "--seeds", "2"};
  const Outcome first = train(options);
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_NE(first.out.find("batch-size=32"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("accuracy:\n  "), std::string::npos) << first.out;
  EXPECT_TRUE(first.err.starts_with("study batch-size-")) << first.err;
  EXPECT_NE(first.err.find("[4/4] batch-size=32, seed 1: "), std::string::npos) << first.err;
  const Outcome again = train(options);
  EXPECT_EQ(again.out, first.out);
  EXPECT_NE(again.err.find("\n4 of 4 runs are there already\n"), std::string::npos) << again.err;
}

TEST_F(Vary, GoesOnWithMoreValuesAndSeeds) {
  ASSERT_EQ(train({"--vary", "batch-size=16,32", "--seeds", "1", "--quiet"}).status, 0);
  const Outcome more = train({"--vary", "batch-size=16,32,64", "--seeds", "2"});
  EXPECT_EQ(more.status, 0);
  EXPECT_NE(more.err.find("[6/6] "), std::string::npos) << more.err;
  EXPECT_EQ(run(folder_.path(), {"runs", "list", "--json"}).events().size(), 6U) << "none was repeated";
}

TEST_F(Vary, MakesAGridOfSeveralOptions) {
  const Outcome outcome = train(
      {"--vary", "batch-size=16,32", "--vary", "batch-norm=false,true", "--seeds", "1", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.event("study").at("variants"),
            (std::vector<std::string>{"batch-size=16, batch-norm=false", "batch-size=16, batch-norm=true",
                                      "batch-size=32, batch-norm=false", "batch-size=32, batch-norm=true"}));
  EXPECT_EQ(outcome.event("comparison").at("a"), "batch-size=16, batch-norm=false");
  EXPECT_EQ(outcome.event("summary").at("variant"), "batch-size=16, batch-norm=false");
}

TEST_F(Vary, SeparatesListsBySemicolons) {
  const Outcome outcome = train({"--epochs", "1", "--vary", "metrics=f1_macro;precision_macro,f1_macro",
                                 "--seeds", "1", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.event("study").at("variants"),
            (std::vector<std::string>{"metrics=f1_macro", "metrics=precision_macro,f1_macro"}));
}

TEST_F(Vary, SeedsAloneShowTheSpread) {
  const Outcome outcome = train({"--seeds", "3", "--metrics", "f1_macro"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("1 variant, 3 seeds\n"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("\naccuracy:\n  "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nf1_macro:\n  "), std::string::npos) << outcome.out;
}

TEST_F(Vary, NamesTheStudyByKeysAndBase) {
  const std::vector<std::string> json{"--seeds", "1", "--json", "--quiet", "--vary", "batch-size=16,32"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), json.begin(), json.end());
    return train(more);
  };
  const std::string usual = name_of(with({}));
  EXPECT_EQ(name_of(with({"--lr", "0.01"})), usual) << "the default, given explicitly";
  EXPECT_NE(name_of(with({"--lr", "0.02"})), usual);
  const Outcome named = with({"--name", "sizes"});
  EXPECT_EQ(name_of(named), "sizes");
  const Outcome list = run(folder_.path(), {"runs", "list", "--json"});
  EXPECT_NE(list.out.find("\"sizes: batch-size=32, seed 0\""), std::string::npos) << list.out;
}

TEST_F(Vary, GoesOnAfterCtrlC) {
  const std::vector<std::string> command = study({"--vary", "batch-size=16,32", "--seeds", "20", "--json"});
  Running running(folder_.path(), command);
  ASSERT_TRUE(running.wait_for_output("\"event\":\"run\""));
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("the same command goes on from here"), std::string::npos) << outcome.err;
  const Outcome rest = run(folder_.path(), command);
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_NE(rest.err.find("[40/40] "), std::string::npos) << rest.err;
}

TEST_F(Vary, SaysWhatIsWrong) {
  expect_refused({"--vary", "batch-sise=16,32"}, "did you mean \"batch-size\"");
  expect_refused({"--vary", "batch-size"}, "--vary takes KEY=VALUE,VALUE,...");
  expect_refused({"--vary", "batch-size=16"}, "--vary batch-size needs at least two values, found \"16\"");
  expect_refused({"--vary", "batch-size=16,0"}, "--batch-size takes");
  expect_refused({"--vary", "batch-size=16,16"}, "\"batch-size=16\" appears twice");
  expect_refused({"--vary", "lr=0.1,0.10"}, "\"lr=0.1\" appears twice");
  expect_refused({"--vary", "metrics=f1_macro,auroc"}, "with ';' between them because each is a list");
  expect_refused({"--vary", "batch-size=16,32", "--vary", "batch-size=64,128"}, "is given twice");
  expect_refused({"--vary", "batch-size=16,32", "--batch-size", "8"},
                 "--batch-size contradicts --vary batch-size");
  expect_refused({"--vary", "seed=1,2"}, "a study cannot vary seed");
  expect_refused({"--vary", "out=a,b"}, "a study cannot vary out");
  expect_refused({"--seeds", "0"}, "--seeds takes");
  expect_refused({"--seeds", "2", "--seed", "1"}, "--seed contradicts --seeds");
  expect_refused({"--seeds", "2", "--resume", "latest"}, "--resume contradicts --seeds");
  expect_refused({"--seeds", "2", "--csv", "a.csv"}, "csv has no place in it");
  expect_refused({"--seeds", "2", "--no-save"}, "no-save has no place in it");
  expect_refused({"--seeds", "2", "--name", "a b"}, "the name of a study has");
  expect_refused({"--vary", "loss=cross_entropy,hinge", "--seeds", "2"}, "hinge");
}

}  // namespace
}  // namespace lehr::test
