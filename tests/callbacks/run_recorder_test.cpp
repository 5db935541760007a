// RunRecorder writes a training into a run store and does not change the training.
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/store/run_writer.hpp"
#include "lehr/train/training_memory.hpp"
#include "support/small_disk.hpp"

namespace lehr {
namespace {

using store::RunRecords;
using store::RunStatus;
using store::RunStore;
using test::put_at;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

TEST(RunRecorder, KeepsBatchesEpochsLayersAndPictures) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  learner->add(
      RunRecorder({.store = file, .id = "a", .name = "mine", .model = "simple-cnn", .config = "lr = 1\n"}));
  learner->fit(2, 1e-3);
  const RunRecords run = RunStore(file).read("a");
  EXPECT_EQ(run.info.status, RunStatus::done);
  EXPECT_EQ(run.info.name, "mine");
  EXPECT_EQ(run.info.batch_size, 64);
  EXPECT_EQ(run.info.epochs, 2);
  EXPECT_EQ(run.info.classes.size(), 10U);
  EXPECT_FALSE(run.info.environment.at("threads").empty());
  const auto bytes = [&](const char* key) { return std::stoll(run.info.environment.at(key)); };
  EXPECT_EQ(bytes("memory_planned"), training_memory(*learner).total());
  EXPECT_GT(bytes("memory_before"), 1 << 20);
  EXPECT_GE(bytes("memory_peak"), bytes("memory_before"));
  ASSERT_EQ(run.epochs.size(), 2U);
  EXPECT_EQ(run.epochs[1].train_loss, learner->history()[1].train.loss);
  EXPECT_EQ(run.epochs[1].valid_accuracy, learner->history()[1].valid.accuracy);
  ASSERT_EQ(run.steps.size(), 10U);
  EXPECT_EQ(run.steps[7].epoch, 1);
  EXPECT_EQ(run.steps[7].batch, 2);
  EXPECT_EQ(run.steps[7].step, 7);
  EXPECT_EQ(run.layers.size(), 5U);
  EXPECT_TRUE(run.layers[0].inputs.empty());
  EXPECT_EQ(run.layers[4].inputs, std::vector<int>{3});
  EXPECT_TRUE(run.stats.empty());
  EXPECT_EQ(run.class_counts, std::vector<std::int64_t>(10, 30));
  ASSERT_TRUE(run.confusion);
  EXPECT_EQ(std::accumulate(run.confusion->counts.begin(), run.confusion->counts.end(), std::int64_t{0}), 70);
  std::map<std::string, int> kinds;
  for (const store::Picture& picture : run.pictures) {
    ++kinds[picture.kind];
    EXPECT_TRUE(picture.png.starts_with("\x89PNG")) << picture.kind;
  }
  EXPECT_EQ(kinds["sample"], 24);
  EXPECT_EQ(kinds["top_loss"], 24);
  EXPECT_EQ(kinds["top_loss_heat"], 24);
  EXPECT_EQ(kinds["filters"], 1);
  EXPECT_EQ(kinds["feature_map"], 5);  // the image and four layers with maps
}

TEST(RunRecorder, KeepsWhatActivationStatsMeasures) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = file, .id = "a"}));  // the order of the callbacks does not matter
  learner->add(ActivationStats({.every = 1, .gradients = true}));
  learner->fit(1, 1e-3);
  const RunRecords run = RunStore(file).read("a");
  const auto& stats = learner->callback<ActivationStats>();
  ASSERT_EQ(run.steps.size(), 5U);
  ASSERT_EQ(run.stats.size(), 5U * 5 * 5);
  for (const store::StatsRow& row : run.stats) {
    if (row.what != store::Watched::weight_gradient) continue;
    const auto& layer = stats.layers()[static_cast<std::size_t>(row.layer)];
    const TensorStats& measured = layer.weight_gradient[static_cast<std::size_t>(row.step)];
    EXPECT_EQ(row.stats.mean, measured.mean);
    EXPECT_EQ(row.stats.values, measured.values);
    EXPECT_EQ(row.stats.magnitudes, measured.magnitudes);
  }
  EXPECT_GT(run.layers[0].forward_seconds, 0);
  EXPECT_EQ(run.info.stats_share, stats.overhead());
}

TEST(RunRecorder, LeavesTheTrainingAsItIs) {
  const TestFolder folder;
  const auto without = small_learner();
  without->fit(2, 1e-3);
  const auto with = small_learner();
  with->add(ActivationStats({.every = 1}));
  with->add(RunRecorder({.store = folder / "lehr.db"}));
  with->fit(2, 1e-3);
  EXPECT_EQ(weights_of(*with), weights_of(*without));
}

TEST(RunRecorder, ASecondFitIsASecondRunAndAValidationNone) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = file, .id = "a"}));
  learner->fit(1, 1e-3);
  learner->validate();
  learner->fit(2, 1e-3);
  const auto runs = RunStore(file).runs();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[1].id, "a-2");
  EXPECT_EQ(learner->callback<RunRecorder>().id(), "a-2");
}

TEST(RunRecorder, SaysHowAFitEnded) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto status_of = [&](const std::string& id, auto prepare) {
    const auto learner = small_learner();
    learner->add(RunRecorder({.store = file, .id = id}));
    prepare(*learner);
    try {
      learner->fit(3, 1e-3);
    } catch (const std::exception&) {
    }
    return RunStore(file).run(id);
  };
  EXPECT_EQ(
      status_of("stopped", [](Learner& l) { l.on(Event::after_step, [](Learner& m) { m.request_stop(); }); })
          .status,
      RunStatus::interrupted);
  EXPECT_EQ(status_of("cancelled",
                      [](Learner& l) { l.on(Event::after_epoch, [](Learner& m) { m.cancel(Scope::fit); }); })
                .status,
            RunStatus::done);
  const auto thrown = status_of("thrown", [](Learner& l) {
    l.on(Event::after_step, [](Learner&) { throw std::runtime_error("no more"); });
  });
  EXPECT_EQ(thrown.status, RunStatus::failed);
  EXPECT_NE(thrown.note.find("no more"), std::string::npos);
  const auto diverged = status_of("diverged", [](Learner& l) {
    l.on(Event::before_step, [](Learner& m) { put_at(m.parameters().grads(), 0, NAN); });
    l.add(TerminateOnNonFinite());
  });
  EXPECT_EQ(diverged.status, RunStatus::diverged);
  EXPECT_NE(diverged.note.find("not finite"), std::string::npos) << diverged.note;
}

TEST(RunRecorder, SaysWhyAFitEnded) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto reason_of = [&](const std::string& id, auto prepare) {
    const auto learner = small_learner();
    learner->add(RunRecorder({.store = file, .id = id}));
    prepare(*learner);
    try {
      learner->fit(3, 1e-3);
    } catch (const std::exception&) {
    }
    return RunStore(file).run(id).reason;
  };
  EXPECT_EQ(reason_of("done", [](Learner&) {}), "completed");
  EXPECT_EQ(
      reason_of("asked", [](Learner& l) { l.on(Event::after_step, [](Learner& m) { m.request_stop(); }); }),
      "interrupted");
  EXPECT_EQ(reason_of("cancelled",
                      [](Learner& l) {
                        l.on(Event::after_epoch, [](Learner& m) {
                          m.cancel(Scope::fit, {EndReason::cancelled, "good enough"});
                        });
                      }),
            "cancelled: good enough");
  EXPECT_EQ(reason_of("limit", [](Learner& l) { l.add(Timer({.limit_seconds = 1e-9})); }),
            "time_limit: the time limit of 1e-09 seconds has passed");
  const std::string early = reason_of("early", [](Learner& l) {
    l.on(Event::before_step, [](Learner& m) { m.rates().lr = 0; });
    l.add(EarlyStopping({.patience = 1}));
  });
  EXPECT_TRUE(early.starts_with("early_stopping: valid_loss has not improved for 1 epoch; ")) << early;
  EXPECT_EQ(reason_of("thrown",
                      [](Learner& l) {
                        l.on(Event::after_step, [](Learner&) { throw std::runtime_error("no more"); });
                      }),
            "failed");
}

// Records of steps that a resumed training repeats are removed.
TEST(RunRecorder, ResumedRunIsAsIfItHadNeverStopped) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner_of = [&](const std::string& id) {
    auto learner = small_learner();
    learner->add(ActivationStats({.every = 1}));
    learner->add(RunRecorder({.store = file, .id = id}));
    learner->add(Checkpoint({.folder = folder / id, .every_batches = 3, .keep = 0}));
    return learner;
  };
  learner_of("whole")->fit(2, 1e-3);
  const auto broken = learner_of("broken");
  broken->on(Event::after_step, [](Learner& l) {
    if (l.progress().steps == 8) throw std::runtime_error("power cut");
  });
  EXPECT_THROW(broken->fit(2, 1e-3), Error);
  const auto resumed = learner_of("broken");
  resumed->fit(2, 1e-3, {.resume = checkpoints_in(folder / "broken").front()});
  const RunStore store(file);
  const store::RunComparison found = store.compare("whole", "broken");
  EXPECT_FALSE(found.first) << found.first->statistic << " at step " << found.first->step;
  EXPECT_EQ(found.common, 10);
  EXPECT_EQ(found.only_a + found.only_b, 0);
  EXPECT_EQ(store.run("broken").status, RunStatus::done);
  EXPECT_EQ(store.epochs("broken").size(), 2U);
}

// The process was killed after the last checkpoint, before it recorded the end: the resumed fit has no batch
// left.
TEST(RunRecorder, ResumedWithNothingLeftToTrainIsDone) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner_of = [&] {
    auto learner = small_learner();
    learner->add(RunRecorder({.store = file, .id = "a"}));
    learner->add(Checkpoint({.folder = folder / "checkpoints"}));
    return learner;
  };
  const auto broken = learner_of();
  broken->on(
      Event::after_epoch,
      [](Learner& l) {
        if (l.progress().epoch == 1) throw std::runtime_error("power cut");
      },
      110);
  EXPECT_THROW(broken->fit(2, 1e-3), Error);
  learner_of()->fit(2, 1e-3, {.resume = checkpoints_in(folder / "checkpoints").front()});
  const RunStore store(file);
  EXPECT_EQ(store.run("a").status, RunStatus::done);
  EXPECT_EQ(store.epochs("a").size(), 2U);
  EXPECT_EQ(store.steps("a").size(), 10U);
}

// Otherwise a run that is killed then has a gap where it resumes.
TEST(RunRecorder, WhatACheckpointHasSeenIsWrittenBeforeIt) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = file, .id = "a"}));
  learner->add(Checkpoint({.folder = folder / "checkpoints", .every_batches = 2}));
  std::vector<std::size_t> written;
  learner->on(
      Event::after_batch,
      [&](Learner& l) {
        if (l.progress().training && l.progress().train_batches % 2 == 0)
          written.push_back(RunStore(file).steps("a").size());
      },
      101);
  learner->fit(1, 1e-3);
  EXPECT_EQ(written, (std::vector<std::size_t>{2, 4}));
}

TEST(RunRecorder, PassesOverWhatWasCancelled) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = file, .id = "a"}));
  learner->on(Event::before_batch, [](Learner& l) {
    if (l.progress().batch == 0) l.cancel(Scope::batch);  // in training and in validation
  });
  learner->on(Event::after_step, [](Learner& l) {
    if (l.progress().epoch == 1) l.cancel(Scope::fit);
  });
  learner->fit(2, 1e-3);
  const RunRecords run = RunStore(file).read("a");
  ASSERT_EQ(run.steps.size(), 5U);  // four of the first epoch, one of the second
  EXPECT_EQ(run.steps[0].step, 0);
  EXPECT_EQ(run.steps[0].batch, 1);
  EXPECT_EQ(run.epochs.size(), 1U) << "the second one did not end";
  ASSERT_TRUE(run.confusion);
  EXPECT_EQ(std::accumulate(run.confusion->counts.begin(), run.confusion->counts.end(), std::int64_t{0}), 6);
}

TEST(RunRecorder, FindingARateLeavesNoTrace) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a"}));
  learner->find_lr();
  EXPECT_FALSE(std::filesystem::exists(folder / "lehr.db"));
  learner->fit(1, 1e-3);
  EXPECT_EQ(RunStore(folder / "lehr.db").read("a").steps.size(), 5U);
}

/// A dataset whose images cannot be read after a switch is set.
class Unreliable final : public Dataset {
 public:
  explicit Unreliable(std::shared_ptr<const Dataset> digits) : digits_(std::move(digits)) {}
  std::int64_t size() const override { return digits_->size(); }
  Shape image_shape() const override { return digits_->image_shape(); }
  std::span<const std::string> class_names() const override { return digits_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return digits_->label(index); }
  void read(std::int64_t index, Image& picture) const override {
    if (broken) throw BadInput("picture " + std::to_string(index) + " cannot be read");
    digits_->read(index, picture);
  }
  bool in_memory() const override { return true; }

  bool broken = false;

 private:
  std::shared_ptr<const Dataset> digits_;
};

TEST(RunRecorder, PicturesThatCannotBeMadeSpoilNothing) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  DataSplits data = data::digits({.train = 300, .valid = 70});
  const auto valid = std::make_shared<Unreliable>(data.valid);
  data.valid = valid;
  Learner learner(models::simple_cnn({}), data, {.batch_size = 64});
  learner.add(RunRecorder({.store = file, .id = "a"}));
  learner.on(Event::after_fit, [&](Learner&) { valid->broken = true; });
  learner.fit(1, 1e-3);
  const store::RunInfo run = RunStore(file).run("a");
  EXPECT_EQ(run.status, RunStatus::done);
  EXPECT_NE(run.note.find("cannot be read"), std::string::npos) << run.note;
}

TEST(RunRecorder, RefusesAStoreThatItCannotUseBeforeTheTrainingBegins) {
  const TestFolder folder;
  std::ofstream(folder / "lehr.db") << "this is no database, whatever its name says";
  const auto learner = small_learner();
  learner->add(RunRecorder({.store = folder / "lehr.db"}));
  int batches = 0;
  learner->on(Event::before_batch, [&](Learner&) { ++batches; });
  EXPECT_THROW(learner->fit(1, 1e-3), BadInput);
  EXPECT_EQ(batches, 0);
}

TEST(RunRecorder, MakesTheFoldersOfItsStoreAndPage) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(RunRecorder(
      {.store = folder / "new/runs/lehr.db", .id = "a", .report = folder / "new/pages/a/report.html"}));
  learner->fit(1, 1e-3);
  EXPECT_EQ(learner->callback<RunRecorder>().failure(), "");
  EXPECT_EQ(RunStore(folder / "new/runs/lehr.db").run("a").status, RunStatus::done);
  EXPECT_TRUE(std::filesystem::exists(folder / "new/pages/a/report.html"));
}

/// Number of batches before the fit was refused, or -1 if it was not.
int batches_until_refused(RunRecorderOptions options) {
  const auto learner = small_learner();
  learner->add(RunRecorder(std::move(options)));
  int batches = 0;
  learner->on(Event::before_batch, [&](Learner&) { ++batches; });
  try {
    learner->fit(1, 1e-3);
  } catch (const BadInput&) {
    return batches;
  }
  return -1;
}

TEST(RunRecorder, RefusesARunThatIsRecordedAlreadyBeforeTheFirstBatch) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  EXPECT_EQ(batches_until_refused({.store = file, .id = "done"}), -1);
  EXPECT_EQ(batches_until_refused({.store = file, .id = "done"}), 0);
  const store::RunWriter live(file, {.id = "live"});
  EXPECT_EQ(batches_until_refused({.store = file, .id = "live"}), 0);
  std::ofstream(folder / "file") << "no folder";
  EXPECT_EQ(batches_until_refused({.store = folder / "file/lehr.db"}), 0);
}

// The second training begins before any training has added the run.
TEST(RunRecorder, RefusesARunThatAnotherTrainingEntersFirst) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto learner = small_learner();
  std::vector<std::string> warnings;
  learner->add(RunRecorder({.store = file, .id = "same", .on_failure = [&](const std::string& said) {
                              warnings.push_back(said);
                            }}));
  std::optional<store::RunWriter> quicker;
  learner->on(Event::before_train, [&](Learner&) { quicker.emplace(file, store::RunInfo{.id = "same"}); });
  int batches = 0;
  learner->on(Event::after_loss, [&](Learner&) { ++batches; });
  try {
    learner->fit(1, 1e-3);
    ADD_FAILURE() << "two trainings record one run";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("the run \"same\" is being recorded by process "),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(batches, 0);
  EXPECT_TRUE(warnings.empty());
  quicker.reset();
  EXPECT_EQ(RunStore(file).runs().size(), 1U);
}

TEST(RunRecorder, AResumedRunKeepsItsName) {
  const TestFolder folder;
  const auto file = folder / "lehr.db";
  const auto first = small_learner();
  first->add(RunRecorder({.store = file, .id = "a", .name = "mine"}));
  first->add(Checkpoint({.folder = folder / "checkpoints"}));
  first->on(Event::after_epoch, [](Learner& learner) { learner.request_stop(); });
  first->fit(2, 1e-3);
  const auto second = small_learner();
  second->add(RunRecorder({.store = file, .id = "a"}));
  second->add(Checkpoint({.folder = folder / "checkpoints"}));
  second->fit(2, 1e-3, {.resume = checkpoints_in(folder / "checkpoints").front()});
  EXPECT_EQ(RunStore(file).run("a").name, "mine");
}

/// The result of a training on a disk that fills up.
struct Filled {
  int told = 0;
  std::string sentence;
  bool stopped = false;
  std::size_t epochs = 0;
};

Filled train_on_a_full_disk(const std::filesystem::path& folder, bool stop) {
  Filled result;
  const auto learner = small_learner();
  learner->add(ActivationStats({.every = 1, .gradients = true}));
  RunRecorderOptions options{.store = folder / "lehr.db", .id = "a", .stop_on_failure = stop};
  options.on_failure = [&](const std::string& sentence) {
    ++result.told;
    result.sentence = sentence;
  };
  learner->add(RunRecorder(std::move(options)));
  learner->on(Event::after_epoch, [](Learner& l) {  // a transaction, as before a checkpoint
    CallbackState none;
    l.callback<RunRecorder>().save_state(none);
  });
  learner->fit(20, 1e-3);
  result.stopped = learner->stopped();
  result.epochs = learner->history().size();
  return result;
}

/// A disk with room for some records or not even for the tables, and the expected warning when it is full.
struct SmallDisk {
  const char* size;
  const char* said;
};

int check_full_disk(const std::filesystem::path& folder, bool stop, const SmallDisk& disk) {
  if (!test::mount_disk(folder, disk.size)) return test::no_namespace;
  set_threads(1);  // the parent's threads do not exist in this process
  const Filled result = train_on_a_full_disk(folder, stop);
  if (result.told != 1 || result.sentence.find(disk.said) == std::string::npos) return 1;
  if (result.stopped != stop) return 2;
  return (result.epochs == 20) == !stop ? 0 : 3;
}

TEST(RunRecorder, AFullDiskEndsTheRecordingAndSaysSoOnce) {
  const TestFolder folder;
  for (const SmallDisk disk : {SmallDisk{"256k", "no space left"}, SmallDisk{"16k", "could not be"}}) {
    for (const bool stop : {false, true}) {
      const int status = test::in_own_namespace([&] { return check_full_disk(folder / "", stop, disk); });
      if (status == test::no_namespace) GTEST_SKIP() << "this machine does not let a test mount a disk";
      EXPECT_EQ(status, 0) << (stop ? "stopping " : "going on ") << disk.size;
    }
  }
}

}  // namespace
}  // namespace lehr
