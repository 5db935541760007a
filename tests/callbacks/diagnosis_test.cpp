// Diagnosis watches a training: it warns once, in time, and changes nothing.
#include "lehr/callbacks/diagnosis.hpp"

#include <gtest/gtest.h>

#include <set>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/core/error.hpp"
#include "support/manual_clock.hpp"

namespace lehr {
namespace {

using test::ManualClock;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

/// A learner that keeps its warnings. With a rate of 0 it guesses, which is a problem.
struct WatchedFit {
  std::vector<std::string> warnings;
  std::unique_ptr<Learner> learner;

  explicit WatchedFit(
      const DiagnosisOptions& options = {}, const std::function<void()>& on_warning = [] {}) {
    learner =
        small_learner({.batch_size = 64, .seed = 5, .on_warning = [=, this](const std::string& sentence) {
                         warnings.push_back(sentence);
                         on_warning();
                       }});
    learner->add(Diagnosis(options));
  }
  Diagnosis& diagnosis() const { return learner->callback<Diagnosis>(); }
};

std::string rule_of(const std::string& warning) {
  const std::size_t end = warning.find(')', warning.rfind(" (", warning.find("; mend: ")));
  const std::size_t begin = warning.rfind('(', end) + 1;
  return warning.substr(begin, end - begin);
}

TEST(Diagnosis, SaysAProblemOnceWhenTwoLooksHaveFoundIt) {
  const ManualClock clock;
  WatchedFit watched;
  std::vector<std::size_t> after_epochs;
  watched.learner->on(
      Event::after_epoch, [&](Learner&) { after_epochs.push_back(watched.warnings.size()); }, 95);
  watched.learner->fit(3, 0.0);
  EXPECT_EQ(after_epochs.at(0), 0U) << watched.warnings.front();
  EXPECT_GT(after_epochs.at(1), 0U);
  std::set<std::string> rules;
  for (const std::string& warning : watched.warnings) {
    EXPECT_TRUE(rules.insert(rule_of(warning)).second) << warning;
  }
  const auto& causes = watched.diagnosis().findings().causes;
  ASSERT_FALSE(causes.empty());
  EXPECT_TRUE(rules.contains(causes.front().rule.name)) << watched.warnings.front();
  EXPECT_TRUE(watched.warnings.front().starts_with(causes.front().says)) << watched.warnings.front();
}

TEST(Diagnosis, SaysInTheEndWhatOneEpochShows) {
  const ManualClock clock;
  WatchedFit watched;
  watched.learner->fit(1, 0.0);
  EXPECT_FALSE(watched.warnings.empty());
  WatchedFit limited({.most_warnings = 0});
  limited.learner->fit(1, 0.0);
  EXPECT_TRUE(limited.warnings.empty());
  EXPECT_FALSE(limited.diagnosis().findings().causes.empty());
}

// TerminateOnNonFinite or the loss itself says that it diverged; this says why.
TEST(Diagnosis, SaysWhyATrainingDivergedAndNotThatItDid) {
  const ManualClock clock;
  WatchedFit watched;
  watched.learner->add(ActivationStats({.every = 1, .gradients = true}));
  EXPECT_THROW(watched.learner->fit(3, 1e30), Diverged);
  for (const std::string& warning : watched.warnings) EXPECT_NE(rule_of(warning), "diverged") << warning;
  EXPECT_FALSE(watched.warnings.empty());
}

TEST(Diagnosis, LooksAfterBatchesAndEpochsAsTheBudgetAllows) {
  const ManualClock clock;
  WatchedFit free;
  std::vector<std::int64_t> looks;
  free.learner->on(Event::after_batch, [&](Learner& l) {
    if (l.progress().training) looks.push_back(free.diagnosis().looks());
  });
  free.learner->fit(9, 1e-3);  // 45 batches: looks after 20 and 40, after each epoch, and at the end
  EXPECT_EQ(looks.at(19), 3);
  EXPECT_EQ(looks.at(20), 5) << "after batch 20, and after its epoch";
  EXPECT_EQ(free.diagnosis().looks(), 12);
  EXPECT_EQ(free.diagnosis().overhead(), 0);

  WatchedFit slow({.budget = 0.01}, [] { ManualClock::advance(1); });  // a look that warns takes a second
  slow.learner->on(Event::after_epoch, [&](Learner& l) {
    if (l.progress().epoch == 4) ManualClock::advance(10000);
  });
  looks.clear();
  slow.learner->on(
      Event::after_epoch, [&](Learner&) { looks.push_back(slow.diagnosis().looks()); }, 95);
  slow.learner->fit(6, 0.0);
  EXPECT_EQ(looks, (std::vector<std::int64_t>{1, 2, 2, 2, 3, 4}));
  EXPECT_GT(slow.diagnosis().overhead(), 0);
  EXPECT_LT(slow.diagnosis().overhead(), 0.01);
}

TEST(Diagnosis, LeavesTheTrainingAsItIs) {
  const auto without = small_learner();
  without->fit(5, 1e-2);
  const auto with = small_learner();
  with->add(ActivationStats({.every = 1, .gradients = true}));
  with->add(Diagnosis());
  with->fit(5, 1e-2);
  EXPECT_GT(with->callback<Diagnosis>().looks(), 0);
  EXPECT_EQ(weights_of(*with), weights_of(*without));
}

// With the batches before, rules about the beginning are right. Without them, they would be wrong.
TEST(Diagnosis, OfAResumedFitKnowsTheBatchesBefore) {
  const ManualClock clock;
  const TestFolder folder;
  const auto learner_of = [&](bool records) {
    auto learner = small_learner();
    learner->add(Diagnosis());
    if (records) learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a", .pictures = false}));
    learner->add(Checkpoint({.folder = folder / "checkpoints", .keep = 0}));
    return learner;
  };
  const auto whole = small_learner();
  whole->fit(5, 1e-3);
  const auto stopped = learner_of(true);
  stopped->on(Event::after_batch, [](Learner& l) {
    if (l.progress().train_batches == 13) l.request_stop();
  });
  stopped->fit(5, 1e-3);
  const auto checkpoint = checkpoints_in(folder / "checkpoints").front();

  const auto unknown = learner_of(false);
  unknown->fit(5, 1e-3, {.resume = checkpoint});
  EXPECT_EQ(unknown->callback<Diagnosis>().looks(), 0);
  EXPECT_EQ(weights_of(*unknown), weights_of(*whole));

  const auto resumed = learner_of(true);
  std::int64_t looks = 0;
  resumed->on(Event::after_batch, [&](Learner& l) {
    if (l.progress().train_batches == 15) looks = l.callback<Diagnosis>().looks();
  });
  resumed->fit(5, 1e-3, {.resume = checkpoint});
  EXPECT_EQ(looks, 0);
  EXPECT_EQ(resumed->callback<Diagnosis>().looks(), 4) << "after epochs 3 to 5, and at the end";
  EXPECT_EQ(weights_of(*resumed), weights_of(*whole));
}

TEST(Diagnosis, RefusesABudgetOutOfRange) {
  EXPECT_THROW(Diagnosis({.budget = 0}), BadInput);
  EXPECT_THROW(Diagnosis({.budget = 1.1}), BadInput);
}

}  // namespace
}  // namespace lehr
