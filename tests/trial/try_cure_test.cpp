#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>

#include "lehr/store/run_store.hpp"
#include "lehr/trial/trial.hpp"
#include "run/support.hpp"

namespace lehr::trial {
namespace {

using test::Folder;
using test::refusal;

/// A training on few digits with a rate at which every seed fails, and a good rate as its cure.
Trial small_trial(const Folder& folder) {
  Trial trial{.rule = "rate-too-high", .cure = {{"lr", "0.05"}}};
  trial.base.data = "digits:400";
  trial.base.optimizer = "sgd";
  trial.base.batch_size = 32;
  trial.base.epochs = 4;
  trial.base.lr = 50;
  trial.base.seed = 7;
  trial.base.stats = true;
  trial.base.time_limit = 5;
  trial.folder = folder.path();
  return trial;
}

TEST(TryCure, ShowsThatACureHelps) {
  const Folder folder;
  const TrialResult result = try_cure(small_trial(folder));
  EXPECT_EQ(result.answer, Answer::helps) << result.sentence;
  EXPECT_EQ(result.study.spec.seeds, (std::vector<std::uint64_t>{7, 8, 9}));
  EXPECT_EQ(result.study.runs.size(), 6U);
  EXPECT_EQ(result.cured.lr, 0.05);
  EXPECT_TRUE(result.cured.stats);
  EXPECT_FALSE(result.study.spec.base.stats);
  EXPECT_EQ(result.study.spec.base.time_limit, 0);
}

TEST(TryCure, ShowsThatAWrongCureDoesNotHelp) {
  const Folder folder;
  Trial trial = small_trial(folder);
  trial.cure = {{"label-smoothing", "0.1"}};
  const TrialResult result = try_cure(trial);
  EXPECT_EQ(result.answer, Answer::does_not_help) << result.sentence;
}

TEST(TryCure, ShortensLongTrainings) {
  const Folder folder;
  Trial trial = small_trial(folder);
  trial.base.lr = 0.02;
  trial.batches = 8;
  trial.seeds = 2;
  const TrialResult result = try_cure(trial);
  const store::RunStore runs(folder.path() / "lehr.db");
  ASSERT_EQ(result.study.runs.size(), 4U);
  for (const StudyRun& run : result.study.runs) {
    const auto steps = runs.read(run.id).steps;
    EXPECT_EQ(std::ranges::count_if(steps, &store::StepRow::training), 8);
  }
}

TEST(TryCure, GoesOnWhereItWasStopped) {
  const Folder folder;
  std::stop_source stop;
  std::size_t done = 0;
  StudyHooks hooks{.stop = stop.get_token()};
  hooks.on_progress = [&](const StudyProgress& progress) {
    done = progress.done;
    if (progress.done == 2) stop.request_stop();
  };
  EXPECT_TRUE(try_cure(small_trial(folder), hooks).interrupted);
  EXPECT_EQ(done, 2U);

  std::vector<std::size_t> counts;
  hooks = {};
  hooks.on_progress = [&](const StudyProgress& progress) { counts.push_back(progress.done); };
  EXPECT_EQ(try_cure(small_trial(folder), hooks).answer, Answer::helps);
  EXPECT_EQ(counts, (std::vector<std::size_t>{2, 3, 4, 5, 6}));
}

TEST(TryCure, RefusesWhatCannotBeTried) {
  const Folder folder;
  Trial trial = small_trial(folder);
  trial.cure.clear();
  EXPECT_EQ(refusal([&] { try_cure(trial); }),
            "a trial needs a cure: options of a training and their values");
  trial.cure = {{"lr", "50"}, {"stats-gradients", "true"}};
  EXPECT_EQ(
      refusal([&] { try_cure(trial); }),
      "the cure \"lr=50, stats-gradients=true\" changes nothing of the training: it is so already, or only "
      "records and files differ");
  trial.cure = {{"lr", "0.05"}};
  trial.seeds = 1;
  EXPECT_EQ(refusal([&] { try_cure(trial); }), "a trial needs at least 2 seeds, because one shows nothing");
  trial.seeds = 3;
  trial.base.data = "(given by the program)";
  EXPECT_EQ(
      refusal([&] { try_cure(trial); }),
      "the data of this run was given by the program that trained it, so only that program can try a cure");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace lehr::trial
