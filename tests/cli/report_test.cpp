// lehr report: runs as a page and in the terminal.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder with two runs: "first", and one with a malicious name.
class Report : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder();
    first_ = train({"--name", "first", "--stats", "--stats-every", "1", "--stats-gradients"});
    second_ = train({"--name", "<script>alert(1)</script>"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string train(const std::vector<std::string>& options) {
    return trained_run(folder_->path(), options);
  }
  static Outcome report(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "report");
    return run(folder_->path(), arguments);
  }
  static void expect_refused(const std::vector<std::string>& arguments, const std::string& said) {
    const Outcome outcome = report(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
  }

  static inline TemporaryFolder* folder_ = nullptr;
  static inline std::string first_;
  static inline std::string second_;
};

TEST_F(Report, IsWrittenAtTheEndOfATraining) {
  const std::string page = text_of(folder_->path() / "runs" / first_ / "report.html");
  EXPECT_NE(page.find("\"name\":\"first\""), std::string::npos);
  EXPECT_NE(page.find("\"status\":\"done\""), std::string::npos);
  EXPECT_NE(page.find("\"updateRatio\""), std::string::npos);
  EXPECT_NE(page.find("\"kind\":\"top_loss\""), std::string::npos);
}

TEST_F(Report, OfOneRunGoesIntoItsFolder) {
  const fs::path page = folder_->path() / "runs" / first_ / "report.html";
  fs::remove(page);
  const Outcome outcome = report({"first"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "runs/" + first_ + "/report.html\n");
  EXPECT_TRUE(fs::exists(page));
}

TEST_F(Report, OfSeveralRunsHoldsThemAll) {
  const Outcome outcome = report({first_, "latest", "--out", "pages/both.html", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto event = outcome.event("report");
  EXPECT_EQ(event["path"], "pages/both.html");
  EXPECT_EQ(event["runs"], nlohmann::json::array({first_, second_}));
  const std::string page = text_of(folder_->path() / "pages/both.html");
  EXPECT_NE(page.find("\"name\":\"first\""), std::string::npos);
  EXPECT_EQ(page.find("<script>alert(1)"), std::string::npos);
  EXPECT_NE(page.find("\\u003cscript>alert(1)"), std::string::npos);
}

TEST_F(Report, HasAShortFormForTheTerminal) {
  const Outcome outcome = report({"first", "--text"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"first (", "validation accuracy", "colourful dimension", "update"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
}

TEST_F(Report, TakesAllRunsOfAStudy) {
  const TemporaryFolder folder;
  const Outcome study =
      run(folder.path(), {"train", "--data", "digits:64", "--channels", "2,2,2,2", "--epochs", "1", "--vary",
                          "batch-size=32,16", "--seeds", "2", "--name", "sizes"});
  ASSERT_EQ(study.status, 0) << study.err;
  const Outcome outcome = run(folder.path(), {"report", "--study", "sizes", "--out", "a.html", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.event("report")["runs"].size(), 4U);
  const std::string page = text_of(folder.path() / "a.html");
  const std::size_t second = page.find("\"variant\":\"batch-size=16\"");
  EXPECT_NE(page.find("\"variant\":\"batch-size=32\""), std::string::npos);
  EXPECT_NE(second, std::string::npos);
  const Outcome wrong = run(folder.path(), {"report", "--study", "size"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("unknown study \"size\"; did you mean \"sizes\""), std::string::npos) << wrong.err;
}

TEST_F(Report, SaysWhatIsWrong) {
  expect_refused({}, "RUN");
  expect_refused({"frist"}, "unknown run \"frist\"");
  expect_refused({"latest", "--runs", "nowhere"}, "\"nowhere/lehr.db\"");
  expect_refused({"latest", "--text", "--out", "a.html"}, "--text");
  expect_refused({"latest", "--out", "runs"}, "runs");
}

TEST_F(Report, OfADamagedStoreIsRefused) {
  const fs::path runs = folder_->path() / "damaged";
  fs::create_directories(runs);
  std::ofstream(runs / "lehr.db") << "this is no database, and it goes on for longer than a header would do";
  expect_refused({"latest", "--runs", "damaged"}, "no SQLite database");
}

}  // namespace
}  // namespace lehr::test
