#include <gtest/gtest.h>

#include <string>

#include "callbacks/support.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/store/run_store.hpp"
#include "support/child.hpp"

namespace lehr {
namespace {

using test::small_learner;
using test::TestFolder;

/// Trains, forks after the second batch, and trains on in both processes. Returns 0 if both succeed.
int train_and_fork(const std::filesystem::path& store) {
  std::string said;
  pid_t child = -1;
  auto learner = small_learner();
  RunRecorderOptions options{.store = store, .id = "a"};
  options.on_failure = [&said](const std::string& sentence) { said += sentence; };
  learner->add(RunRecorder(std::move(options)));
  learner->on(Event::after_batch, [&child](Learner& l) {
    if (l.progress().training && l.progress().batch == 1) child = fork();
    if (child == 0) alarm(test::child_patience);
  });
  learner->fit(1, 1e-3);
  learner.reset();
  if (child == 0) _exit(said.find("forked") != std::string::npos ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  if (!said.empty()) return 2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

TEST(RunRecorder, AForkedChildTrainsOnUnrecordedAndSaysSo) {
  const TestFolder folder;
  EXPECT_EQ(test::status_of_child([&] { return train_and_fork(folder / "lehr.db"); }), 0);
  const store::RunRecords run = store::RunStore(folder / "lehr.db").read("a");
  EXPECT_EQ(run.info.status, store::RunStatus::done);
  EXPECT_EQ(run.steps.size(), 5U);
}

}  // namespace
}  // namespace lehr
