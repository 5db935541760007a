// lehr lab NAME: the labs that are built in, their pages, and how they go on.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/support.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;

const Arguments small_lab{"lab",   "chain",   "--data", "digits:64", "--budget",
                          "quick", "--seeds", "3",      "--workers", "2"};

TEST(NamedLab, IsListedWithItsQuestion) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"lab"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("widths         Why double the filters"), std::string::npos) << outcome.out;
  EXPECT_TRUE(folder.contents().empty());
  EXPECT_EQ(run(folder.path(), {"lab", "--json"}).event("lab").at("lab"), "widths");
}

TEST(NamedLab, WritesItsPage) {
  const TemporaryFolder folder;
  Arguments with_pages = small_lab;
  with_pages.insert(with_pages.end(), {"--pages", "answers", "--markdown"});
  const Outcome outcome = run(folder.path(), with_pages);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("chain [15/15] "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("answers/chain.html"), std::string::npos) << outcome.out;
  EXPECT_NE(read_file(folder.path() / "answers" / "chain.html").find("<h1>Does the textbook"),
            std::string::npos);
  EXPECT_EQ(read_file(folder.path() / "answers" / "chain.md").find("# Does the textbook"), 0U);
  Arguments as_json = small_lab;
  as_json.insert(as_json.end(), {"--json", "--quiet"});
  const Outcome again = run(folder.path(), as_json);
  EXPECT_EQ(again.err, "");
  EXPECT_EQ(again.event("lab").at("page"), "runs/labs/chain.html");
  EXPECT_FALSE(again.event("lab").at("verdicts").empty());
}

TEST(NamedLab, KilledAtAnyTimeEndsAsIfNothingHadHappened) {
  const TemporaryFolder whole;
  const Outcome undisturbed = run(whole.path(), small_lab);
  ASSERT_EQ(undisturbed.status, 0) << undisturbed.err;
  const TemporaryFolder folder;
  Rng random(5, Purpose::test);
  int kills = 0;
  for (; kills < 12; ++kills) {
    Running child(folder.path(), small_lab);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random.below(250)));
    child.signal(SIGKILL);
    if (child.wait().status == 0) break;
  }
  EXPECT_GT(kills, 2);
  const Outcome rest = run(folder.path(), small_lab);
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(rest.out, undisturbed.out) << "after " << kills << " kills";
}

TEST(NamedLab, ARunRepeatedByHandDoesNotJoinIt) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), small_lab);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Outcome ids = run(folder.path(), {"runs", "sql", "SELECT name FROM runs LIMIT 1", "--json"});
  const std::string id = ids.events().at(0).at("name");
  const Outcome repeated =
      run(folder.path(), {"train", "--config", "runs/" + id + "/config.toml", "--lr", "0.5", "--quiet"});
  ASSERT_EQ(repeated.status, 0) << repeated.err;
  EXPECT_EQ(run(folder.path(), small_lab).out, outcome.out);
}

TEST(NamedLab, OnAFullDiskStopsAndLaterGoesOn) {
  const TemporaryFolder whole;
  const Outcome undisturbed = run(whole.path(), small_lab);
  for (const std::int64_t room : {20'000, 100'000, 200'000, 300'000, 400'000}) {
    const TemporaryFolder folder;
    const Outcome stopped = Running(folder.path(), small_lab, room).wait();
    EXPECT_EQ(stopped.status, 1) << room << stopped.err;
    EXPECT_EQ(stopped.out, "") << room << ": no answer from incomplete records";
    EXPECT_NE(stopped.err.find("written"), std::string::npos) << room << stopped.err;
    const Outcome rest = run(folder.path(), small_lab);
    EXPECT_EQ(rest.status, 0) << room << rest.err;
    EXPECT_EQ(rest.out, undisturbed.out) << room;
  }
}

TEST(NamedLab, IsRefusedWhileAnotherProcessRunsIt) {
  const TemporaryFolder folder;
  Arguments long_lab = small_lab;
  long_lab[3] = "digits:3000";
  Running first(folder.path(), long_lab);
  const std::filesystem::path store = folder.path() / "runs" / "lehr.db";  // made by the first training
  for (int i = 0; i < 3000 && !std::filesystem::exists(store); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Outcome second = run(folder.path(), long_lab);
  EXPECT_EQ(second.status, 2) << second.err;
  EXPECT_NE(second.err.find("studies/chain"), std::string::npos) << second.err;
  first.signal(SIGINT);
  EXPECT_EQ(first.wait().status, 130);
}

TEST(NamedLab, RefusesWhatItDoesNotKnow) {
  const TemporaryFolder folder;
  const auto refused = [&](const Arguments& arguments, const std::string& part) {
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  refused({"lab", "width"}, "unknown lab \"width\"");
  refused({"lab", "widths", "--budget", "fast"}, "unknown budget \"fast\"");
  refused({"lab", "widths", "--seeds", "2"}, "at least 3, found 2");
  refused({"lab", "widths", "--data", "mnist:nowhere"}, "nowhere");
  refused({"lab", "first-kernel", "--model", "resnet18"}, "cannot use this data and model");
  refused({"lab", "widths", "--data", "digits:64", "--model", "nothing"}, "unknown model");
  refused({"lab", "batch-size", "--data", "digits:60"}, "needs 128 training images or more, found 60");
  refused({"lab", "widths", "--pages", "/proc/pages"},
          "the folder of pages \"/proc/pages\" cannot be written");
  refused({"lab", "--seeds", "3"}, "--seeds needs the name of a lab");
  refused({"lab", "study.toml", "--budget", "quick"}, "--budget is an option of a lab");
  EXPECT_TRUE(folder.contents().empty());
}

}  // namespace
}  // namespace lehr::test
