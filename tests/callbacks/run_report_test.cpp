// RunRecorder writes the page about its run.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "callbacks/support.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/core/error.hpp"

namespace lehr {
namespace {

using test::small_learner;
using test::TestFolder;

bool holds(const std::filesystem::path& file, const std::string& part) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {}).find(part) != std::string::npos;
}

TEST(RunReport, IsWrittenAtTheEndOfAFit) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a", .report = folder / "report.html"}));
  learner->fit(1, 1e-3);
  EXPECT_TRUE(holds(folder / "report.html", "\"id\":\"a\""));
  EXPECT_TRUE(holds(folder / "report.html", "\"status\":\"done\""));
}

TEST(RunReport, IsWrittenOnRequestToo) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a"}));
  EXPECT_THROW(learner->callback<RunRecorder>().write_report(folder / "report.html"), BadInput);
  learner->fit(1, 1e-3);
  learner->callback<RunRecorder>().write_report(folder / "report.html");
  EXPECT_TRUE(holds(folder / "report.html", "\"id\":\"a\""));
}

TEST(RunReport, ThatCannotBeWrittenIsSaidAndSpoilsNothing) {
  const TestFolder folder;
  const auto learner = small_learner();
  std::string said;
  std::filesystem::create_directory(folder / "taken");
  learner->add(RunRecorder({.store = folder / "lehr.db",
                            .report = folder / "taken",
                            .on_failure = [&said](const std::string& sentence) { said += sentence; }}));
  learner->fit(1, 1e-3);
  EXPECT_EQ(learner->history().size(), 1U);
  EXPECT_NE(said.find("taken"), std::string::npos) << said;
}

}  // namespace
}  // namespace lehr
