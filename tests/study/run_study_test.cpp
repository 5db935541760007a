// Running studies: pairs, resuming, and what a study refuses.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include "lehr/data/data.hpp"
#include "lehr/data/scheme.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/store/run_lock.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/study/analysis.hpp"
#include "lehr/study/study.hpp"
#include "run/support.hpp"

namespace lehr::test {
namespace {

StudySpec small_study(const std::filesystem::path& out) {
  StudySpec spec;
  spec.name = "small";
  spec.base.data = "digits:64";
  spec.base.channels = {2, 2, 2, 2};
  spec.base.epochs = 2;
  spec.base.threads = 1;
  spec.base.out = out;
  spec.variants = {{"16", {{"batch-size", "16"}}}, {"32", {{"batch-size", "32"}}}};
  spec.seeds = {3, 4};
  return spec;
}

std::size_t runs_in(const std::filesystem::path& out) {
  return store::RunStore(out / "lehr.db").runs().size();
}

std::vector<double> losses_of(const StudyResult& result) {
  std::vector<double> losses;
  for (const StudyRun& run : result.runs) losses.push_back(run.values.at("valid_loss"));
  return losses;
}

TEST(RunStudy, TrainsEveryVariantWithEverySeedAndThenNothing) {
  const Folder folder;
  const StudySpec spec = small_study(folder.path());
  std::vector<std::size_t> done;
  const StudyResult result =
      run_study(spec, {.on_progress = [&](const StudyProgress& progress) { done.push_back(progress.done); }});
  EXPECT_EQ(done, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  ASSERT_EQ(result.runs.size(), 4U);
  EXPECT_FALSE(result.interrupted);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(result.runs[i].variant, i % 2);
    EXPECT_EQ(result.runs[i].seed, 3 + i / 2);
    for (const StudyMeasure& measure : study_measures()) {
      EXPECT_TRUE(result.runs[i].values.contains(measure.name)) << measure.name;
    }
  }
  EXPECT_EQ(runs_in(folder.path()), 4U);
  const StudyResult again = run_study(spec);
  EXPECT_EQ(runs_in(folder.path()), 4U) << "nothing is repeated";
  EXPECT_EQ(losses_of(again), losses_of(result));
}

TEST(RunStudy, ARunRepeatedAloneGivesTheSameModel) {
  const Folder folder;
  const StudyResult result = run_study(small_study(folder.path() / "runs"));
  const std::filesystem::path run = folder.path() / "runs" / result.runs[1].id;
  TrainConfig config = config_of_run(run, train_config_table());
  config.out = folder.path() / "alone";
  const TrainResult alone = train(config);
  EXPECT_EQ(read_file(alone.place.model), read_file(run / "model.safetensors"));
}

TEST(RunStudy, GoesOnWhereItWasStopped) {
  const Folder whole_folder;
  const std::vector<double> whole = losses_of(run_study(small_study(whole_folder.path())));
  const Folder folder;
  const StudySpec spec = small_study(folder.path());
  for (std::size_t stops = 0; stops < 4; ++stops) {  // within the first epoch of a run each time
    std::stop_source source;
    StudyHooks hooks{.stop = source.get_token()};
    hooks.on_learner = [&](Learner& learner) {
      learner.on(Event::after_batch, [&](Learner& at) {
        if (at.progress().steps >= 1) source.request_stop();
      });
    };
    EXPECT_TRUE(run_study(spec, hooks).interrupted);
  }
  EXPECT_EQ(losses_of(run_study(spec)), whole);
}

TEST(RunStudy, SeveralWorkersGiveTheSameRuns) {
  const Folder one;
  const Folder several;
  std::vector<std::uint64_t> seeds;
  std::size_t reports = 0;
  const StudyResult together = run_study(small_study(several.path()),
                                         {.workers = 3,
                                          .on_progress = [&](const StudyProgress&) { ++reports; },
                                          .on_run = [&](const StudyRun& run) { seeds.push_back(run.seed); }});
  EXPECT_EQ(losses_of(together), losses_of(run_study(small_study(one.path()))));
  EXPECT_EQ(seeds, (std::vector<std::uint64_t>{3, 3, 4, 4}));
  EXPECT_EQ(reports, 5U);
  EXPECT_EQ(runs_in(several.path()), 4U);
}

TEST(RunStudy, AFailureOfOneWorkerEndsTheOthers) {
  const Folder folder;
  StudyHooks hooks{.workers = 2};
  std::atomic<int> learners = 0;
  hooks.on_learner = [&](Learner&) {
    if (++learners == 2) throw std::runtime_error("no more");
  };
  EXPECT_THROW((void)run_study(small_study(folder.path()), hooks), std::runtime_error);
  EXPECT_LE(learners, 3);
  EXPECT_EQ(run_study(small_study(folder.path())).runs.size(), 4U) << "the study goes on";
}

TEST(RunStudy, GoesOnWhereSeveralWorkersWereStopped) {
  const Folder whole_folder;
  const std::vector<double> whole = losses_of(run_study(small_study(whole_folder.path())));
  const Folder folder;
  std::stop_source source;
  StudyHooks hooks{.stop = source.get_token(), .workers = 2};
  hooks.on_learner = [&](Learner& learner) {
    learner.on(Event::after_batch, [&](Learner&) { source.request_stop(); });
  };
  const StudyResult stopped = run_study(small_study(folder.path()), hooks);
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_TRUE(stopped.runs.empty());
  EXPECT_EQ(losses_of(run_study(small_study(folder.path()), {.workers = 2})), whole);
}

TEST(RunStudy, TakesTheGapFromWeightsAfterTheEpochIfTheyWereEvaluated) {
  const Folder folder;
  StudySpec spec = small_study(folder.path());
  spec.base.train_eval = true;
  for (const StudyRun& run : run_study(spec).runs) {
    EXPECT_DOUBLE_EQ(run.values.at("gap"), run.values.at("train_eval_accuracy") - run.values.at("accuracy"));
  }
}

TEST(RunStudy, NeedsAWorker) {
  const Folder folder;
  EXPECT_NE(refusal([&] { (void)run_study(small_study(folder.path()), {.workers = 0}); }).find("worker"),
            std::string::npos);
}

TEST(RunStudy, RefusesRunsOfOtherOptionsUnderItsName) {
  const Folder folder;
  StudySpec spec = small_study(folder.path());
  (void)run_study(spec);
  spec.base.epochs = 3;
  EXPECT_NE(refusal([&] { (void)run_study(spec); }).find("epochs = \"2\", but now epochs is \"3\""),
            std::string::npos);
  spec.name = "other";
  EXPECT_EQ(run_study(spec).runs.size(), 4U);
}

TEST(RunStudy, ComparesMeasuredValuesAlsoOfTheFirstEpochOnly) {
  const Folder folder;
  StudySpec spec = small_study(folder.path());
  spec.seeds = {3};
  spec.base.measure = {"gradient_norm"};
  spec.measures = {"gradient_norm_max"};
  StudyHooks hooks;
  hooks.on_learner = [](Learner& learner) {
    learner.on(Event::before_fit, [](Learner& l) { l.record_value("at_the_start", 7); });
  };
  const StudyResult result = run_study(spec, hooks);
  const store::RunStore runs(folder.path() / "lehr.db");
  for (const StudyRun& run : result.runs) {
    EXPECT_EQ(run.values.at("at_the_start"), 7);
    EXPECT_EQ(run.values.at("gradient_norm_max"), runs.epochs(run.id).back().metrics.at("gradient_norm_max"));
  }
  const std::vector<MeasureAnalysis> analysed = analyse(result);
  ASSERT_EQ(analysed.size(), 1U);
  EXPECT_EQ(analysed[0].measure.help, "largest L2 norm of the gradient in the epoch");
  EXPECT_FALSE(analysed[0].measure.higher_is_better);
}

TEST(RunStudy, RefusesRunsOfDataThatHasChanged) {
  const Folder folder;
  data::export_data(data::open_data("digits:64", 0), folder.path() / "set", {.png = false});
  StudySpec spec = small_study(folder.path() / "runs");
  spec.base.data = "mnist:" + (folder.path() / "set").string();
  (void)run_study(spec);
  EXPECT_EQ(run_study(spec).runs.size(), 4U);
  std::filesystem::remove_all(folder.path() / "set");
  data::export_data(data::open_data("digits:64", 1), folder.path() / "set", {.png = false});
  EXPECT_NE(refusal([&] { (void)run_study(spec); }).find("has changed since the study"), std::string::npos);
}

TEST(RunStudy, OpensItsDataOnce) {
  const Folder folder;
  const auto opened = std::make_shared<std::atomic<int>>(0);
  register_data_scheme("counted", {.open = [opened](const SchemeRequest& request) {
                         ++*opened;
                         return data::open_data("digits:64", request.seed);
                       }});
  StudySpec spec = small_study(folder.path());
  spec.base.data = "counted";
  spec.variants.push_back({"noisy", {{"label-noise", "0.5"}}});
  (void)run_study(spec, {.workers = 2});
  EXPECT_EQ(*opened, 1);
  spec.variants.push_back({"other", {{"data-seed", "1"}}});
  (void)run_study(spec);
  EXPECT_EQ(*opened, 3) << "once for each seed of the data; the check of known runs does not open it again";
}

TEST(RunStudy, AllowsOneProcessAtATime) {
  const Folder folder;
  const StudySpec spec = small_study(folder.path());
  std::filesystem::create_directories(folder.path() / "studies" / "small");
  const store::RunLock lock(folder.path() / "studies" / "small");
  EXPECT_NE(refusal([&] { (void)run_study(spec); }).find("studies/small"), std::string::npos);
}

TEST(RunStudy, WritesNothingIfAllRunsAreThere) {
  const Folder folder;
  const std::vector<double> losses = losses_of(run_study(small_study(folder.path())));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "studies"));
  const store::RunLock lock(folder.path());  // whoever trained in that folder would not get it
  EXPECT_EQ(losses_of(run_study(small_study(folder.path()))), losses);
}

TEST(RunStudy, StoppedBeforeItsFirstBatchLeavesNoUnknownFolder) {
  const Folder folder;
  std::stop_source source;
  StudyHooks hooks{.stop = source.get_token()};
  hooks.on_learner = [&](Learner& learner) {
    learner.on(Event::before_train, [&](Learner&) { source.request_stop(); });
  };
  EXPECT_TRUE(run_study(small_study(folder.path()), hooks).interrupted);
  EXPECT_EQ(runs_in(folder.path()), 1U);
  EXPECT_EQ(run_study(small_study(folder.path())).runs.size(), 4U);
  EXPECT_EQ(runs_in(folder.path()), 4U) << "the run was resumed";
}

TEST(RunStudy, CountsDivergenceAndCollapse) {
  const Folder folder;
  StudySpec spec = small_study(folder.path());
  spec.seeds = {3};
  spec.base.schedule = "constant";
  spec.variants = {{"diverges", {{"lr", "1e30"}, {"optimizer", "sgd"}}}, {"still", {{"lr", "1e-12"}}}};
  std::vector<std::string> warnings;
  StudyHooks hooks;
  hooks.on_warning = [&](const std::string& sentence) { warnings.push_back(sentence); };
  const StudyResult result = run_study(spec, hooks);
  EXPECT_EQ(warnings, std::vector<std::string>{}) << "a study is not diagnosed";
  EXPECT_TRUE(result.runs[0].diverged);
  EXPECT_FALSE(result.runs[1].diverged);
  EXPECT_EQ(run_study(spec).runs[0].id, result.runs[0].id) << "a diverged run is a result";
}

}  // namespace
}  // namespace lehr::test
