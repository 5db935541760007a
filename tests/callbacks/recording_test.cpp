// Callbacks that record, time, mix and save.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "callbacks/support.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/loggers.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/callbacks/recorder.hpp"
#include "lehr/callbacks/reduce_on_plateau.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/callbacks/trace_events.hpp"
#include "lehr/core/error.hpp"
#include "support/manual_clock.hpp"
#include "support/named_metric.hpp"

namespace lehr {
namespace {

using test::Scripted;
using test::small_learner;
using test::TestFolder;
using test::text_of;
using test::weights_of;

TEST(Recorder, HoldsEveryBatchAndIsNotChangedByLaterValidations) {
  const auto learner = small_learner();
  learner->fit(2, 1e-3, {.callbacks = callbacks(Recorder())});
  const Recorder& recorder = learner->callback<Recorder>();
  ASSERT_EQ(recorder.batches().size(), 10U);
  EXPECT_EQ(recorder.batches()[7].epoch, 1);
  EXPECT_EQ(recorder.batches()[7].batch, 2);
  EXPECT_EQ(recorder.batches()[7].lr, 1e-3);
  const double loss = recorder.batches().back().loss;
  learner->validate();
  EXPECT_EQ(recorder.batches().size(), 10U);
  EXPECT_EQ(recorder.batches().back().loss, loss);
  EXPECT_EQ(learner->history().size(), 2U);
  EXPECT_THROW(Recorder({.every = 0}), BadInput);
}

TEST(Loggers, WriteALineAnEpoch) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add_metric(Scripted({0.5, std::numeric_limits<double>::quiet_NaN()}));
  learner->add(CsvLogger(folder / "log.csv"));
  learner->add(JsonlLogger(folder / "log.jsonl"));
  learner->fit(2, 1e-3);
  std::istringstream csv(text_of(folder / "log.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line,
            "epoch,lr,train_loss,train_accuracy,valid_loss,valid_accuracy,train_seconds,valid_seconds,"
            "valid_scripted");
  std::getline(csv, line);
  EXPECT_TRUE(line.starts_with("1,0.001,")) << line;
  EXPECT_TRUE(line.ends_with(",0.5")) << line;
  std::istringstream jsonl(text_of(folder / "log.jsonl"));
  std::vector<nlohmann::json> objects;
  while (std::getline(jsonl, line)) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[1]["epoch"], 2);
  EXPECT_EQ(objects[1]["valid_loss"], learner->history()[1].valid.loss);
  EXPECT_TRUE(objects[1]["valid_scripted"].is_null());
}

TEST(Loggers, QuoteNamesOfMetrics) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add_metric(test::NamedMetric("error, \"top\" 5"));
  learner->add_metric(test::NamedMetric("no UTF-8: \xff"));
  for (const char* name : {"a\nb", "\x1b[31m", "a\tb"}) {
    EXPECT_THROW(learner->add_metric(test::NamedMetric(name)), BadInput) << name;
  }
  learner->add(CsvLogger(folder / "log.csv"));
  learner->add(JsonlLogger(folder / "log.jsonl"));
  learner->fit(1, 1e-3);
  const std::string csv = text_of(folder / "log.csv");
  EXPECT_NE(csv.find(",\"valid_error, \"\"top\"\" 5\",valid_no UTF-8: \xff\n"), std::string::npos) << csv;
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
  const auto object = nlohmann::json::parse(text_of(folder / "log.jsonl"));
  EXPECT_EQ(object["valid_error, \"top\" 5"], 0.5);
}

TEST(Loggers, AResumeThatIsRefusedLeavesTheFileAlone) {
  const TestFolder folder;
  const auto first = small_learner();
  first->add(CsvLogger(folder / "log.csv"));
  first->add(Checkpoint({.folder = folder / "checkpoints"}));
  first->on(Event::after_train, [](Learner& learner) {
    if (learner.progress().epoch == 1) learner.request_stop();
  });
  first->fit(2, 1e-3);
  const std::string log = text_of(folder / "log.csv");
  EXPECT_GE(std::ranges::count(log, '\n'), 2) << log;
  const auto second = small_learner();
  second->add(CsvLogger(folder / "log.csv"));
  second->on(Event::before_train, [](Learner&) { throw BadInput("not now"); });
  const auto checkpoint = checkpoints_in(folder / "checkpoints").front();
  EXPECT_THROW(second->fit(2, 1e-3, {.resume = checkpoint}), BadInput);
  EXPECT_EQ(text_of(folder / "log.csv"), log);
}

// All lines have the same columns, even if an epoch was not fully measured.
TEST(Loggers, KeepTheirColumnsWhateverWasMeasured) {
  const TestFolder folder;
  const auto learner = small_learner({.batch_size = 64, .seed = 5, .train_eval = true});
  learner->add_metric(Scripted({0.5, 0.25, 0.75}));
  learner->add(CsvLogger(folder / "log.csv"));
  learner->on(Event::before_validate, [](Learner& l) {
    if (l.progress().epoch == 0) l.cancel(Scope::validate);
  });
  learner->fit(2, 1e-3);
  std::istringstream csv(text_of(folder / "log.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].ends_with(",valid_scripted,train_eval_loss,train_eval_accuracy,train_eval_scripted"));
  for (const std::string& line : lines) EXPECT_EQ(std::ranges::count(line, ','), 11) << line;
  EXPECT_TRUE(lines[1].ends_with(",nan,nan,nan,nan")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with(",0.5")) << lines[2];
}

TEST(Timer, EndsTheFitAtItsLimit) {
  const test::ManualClock clock;
  const auto learner = small_learner();
  learner->add(Timer({.limit_seconds = 2.5}));
  learner->on(Event::after_loss, [](Learner&) { test::ManualClock::advance(1); });
  learner->fit(3, 1e-3);
  EXPECT_TRUE(learner->stopped());
  EXPECT_EQ(learner->progress().steps, 3);
  EXPECT_NEAR(learner->callback<Timer>().fit_seconds(), 3, 1e-9);
  EXPECT_THROW(Timer({.limit_seconds = 0}), BadInput);
}

TEST(Timer, TellsTrainingFromValidation) {
  const test::ManualClock clock;
  const auto learner = small_learner();
  const Timer& timer = learner->add(Timer());
  learner->on(Event::after_predict,
              [](Learner& l) { test::ManualClock::advance(l.progress().training ? 1 : 0.125); });
  learner->on(Event::after_epoch, [](Learner&) { test::ManualClock::advance(5); });
  learner->fit(2, 1e-3);
  EXPECT_NEAR(timer.train_seconds(), 10, 1e-9);
  EXPECT_NEAR(timer.valid_seconds(), 0.5, 1e-9);
  EXPECT_NEAR(timer.fit_seconds(), 20.5, 1e-9);
}

TEST(TraceEvents, PrintsEventsAsTheyFire) {
  std::ostringstream out;
  const auto learner = small_learner({.batch_size = 300});
  learner->add(TraceEvents(&out));
  learner->fit(1, 1e-3);
  EXPECT_TRUE(out.str().starts_with("before_fit "));
  EXPECT_NE(out.str().find("after_step             epoch 1/1, training batch 1/1\n"), std::string::npos)
      << out.str();
}

// Mixing ---------------------------------------------------------------------------------------------------

/// Runs one batch and passes the original and the mixed batch to `check`.
template <class SomeMix, class Check>
void with_mixed(SomeMix mix, const Check& check) {
  const auto learner = small_learner({.batch_size = 64, .seed = 5, .max_batches = 1, .validate = false});
  std::vector<float> before;
  std::vector<std::int64_t> labels;
  learner->on(
      Event::before_batch,
      [&](Learner& l) {
        const Batch& batch = l.batch();
        before.assign(batch.pixels().begin(), batch.pixels().end());
        labels.assign(batch.targets, batch.targets + batch.size);
      },
      -90);
  learner->add(std::move(mix));
  bool checked = false;
  learner->on(Event::after_predict, [&](Learner& l) {
    check(before, labels, l.batch());
    checked = true;
  });
  learner->fit(1, 1e-3);
  EXPECT_TRUE(checked);
}

TEST(MixUp, MixesImagesAndTargetsAlike) {
  with_mixed(MixUp({.alpha = 1}), [](const auto& before, const auto& labels, const Batch& batch) {
    int mixed = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      const float* target = batch.soft_targets + i * 10;
      float sum = 0;
      for (int c = 0; c < 10; ++c) sum += target[c];
      EXPECT_NEAR(sum, 1, 1e-6);
      const float share = target[labels[i]];
      EXPECT_GE(share, 0.5F);
      if (share > 0.99F) continue;
      ++mixed;
      // Another image of the batch accounts for the rest.
      const auto other = static_cast<std::size_t>(
          std::find_if(target, target + 10, [&](float p) { return p > 0 && p != share; }) - target);
      bool explained = false;
      for (std::size_t j = 0; j < 64 && !explained; ++j) {
        if (static_cast<std::size_t>(labels[j]) != other) continue;
        explained = true;
        for (std::size_t p = 0; p < 784 && explained; ++p) {
          const float expected = share * before[i * 784 + p] + (1 - share) * before[j * 784 + p];
          explained = std::abs(batch.pixels()[i * 784 + p] - expected) < 1e-4F;
        }
      }
      EXPECT_TRUE(explained) << i;
    }
    EXPECT_GT(mixed, 20);
  });
}

TEST(CutMix, TakesARectangleFromAnother) {
  bool cut = false;
  for (int attempt = 0; attempt < 4 && !cut; ++attempt) {
    with_mixed(
        CutMix({.alpha = 1.0 + attempt}), [&](const auto& before, const auto& labels, const Batch& batch) {
          for (std::size_t i = 0; i < 64; ++i) {
            std::size_t changed = 0;
            for (std::size_t p = 0; p < 784; ++p)
              changed += batch.pixels()[i * 784 + p] != before[i * 784 + p] ? 1 : 0;
            const float share = batch.soft_targets[i * 10 + static_cast<std::size_t>(labels[i])];
            EXPECT_LE(static_cast<float>(changed), 784 * (1 - share) + 784 * (share == 1 ? 1 : 0) + 0.5F);
            cut = cut || changed > 20;
          }
        });
  }
  EXPECT_TRUE(cut);
}

TEST(MixUp, TrainsToo) {
  const auto learner = small_learner();
  learner->add(MixUp());
  learner->fit_one_cycle(6, 0.02);
  EXPECT_LT(learner->history().back().valid.loss, 0.8 * learner->history().front().valid.loss);
  EXPECT_THROW(MixUp({.alpha = 0}), BadInput);
}

// Checkpoints ----------------------------------------------------------------------------------------------

TEST(Checkpoint, ComesAtItsIntervalsAndKeepsTheLast) {
  const TestFolder folder;
  const auto learner = small_learner();
  std::vector<std::string> seen;
  learner->add(Checkpoint({.folder = folder / "c", .every_batches = 2, .every_epochs = 1, .keep = 2}));
  learner->on(Event::after_fit, [&](Learner&) {
    for (const auto& file : checkpoints_in(folder / "c")) seen.push_back(file.filename().string());
  });
  learner->fit(2, 1e-3);
  EXPECT_EQ(seen, (std::vector<std::string>{"step-000000000010-epoch.safetensors",
                                            "step-000000000010.safetensors"}));
  EXPECT_TRUE(checkpoints_in(folder / "none").empty());
  EXPECT_THROW(Checkpoint({.keep = -1}), BadInput);
  EXPECT_THROW(Checkpoint({.every_minutes = std::nan("")}), BadInput);
}

/// A Learner with all callbacks that have state, and with a checkpoint at every batch if a folder is given.
std::unique_ptr<Learner> stateful_learner(const std::filesystem::path& folder) {
  auto learner = small_learner();
  learner->add(GradientAccumulation({.batches = 2}));
  learner->add(Ema({.decay = 0.9}));
  learner->add(
      ReduceOnPlateau({.monitor = {.metric = "train_loss", .min_delta = 1}, .factor = 0.7, .patience = 1}));
  learner->add(MixUp());
  learner->add(Recorder());
  if (!folder.empty()) learner->add(Checkpoint({.folder = folder, .every_batches = 1, .keep = 0}));
  return learner;
}

TEST(Checkpoint, BringsBackEveryCallback) {
  const TestFolder folder;
  const auto whole = stateful_learner(folder / "all");
  whole->fit_one_cycle(3, 0.02);
  const auto files = checkpoints_in(folder / "all");
  ASSERT_EQ(files.size(), 18U);
  for (const auto& file : files) {
    const auto resumed = stateful_learner(folder / "again");
    resumed->fit_one_cycle(3, 0.02, {.resume = file});
    ASSERT_EQ(weights_of(*resumed), weights_of(*whole)) << file;
    EXPECT_EQ(resumed->history().back().valid, whole->history().back().valid);
    EXPECT_EQ(resumed->callback<Recorder>().batches().size(), 15U);
  }
}

TEST(Checkpoint, IsWrittenIfAStopIsRequested) {
  const TestFolder folder;
  const auto whole = stateful_learner({});
  whole->fit_one_cycle(3, 0.02);
  for (const bool training : {true, false}) {
    const std::filesystem::path at = folder / (training ? "training" : "validation");
    const auto stopped = stateful_learner({});
    stopped->add(Checkpoint({.folder = at}));
    stopped->on(Event::after_batch, [&](Learner& l) {
      if (l.progress().training == training && l.progress().epoch == 1) l.request_stop();
    });
    stopped->fit_one_cycle(3, 0.02);
    EXPECT_TRUE(stopped->stopped());
    const auto resumed = stateful_learner({});
    resumed->add(Checkpoint({.folder = at}));
    resumed->fit_one_cycle(3, 0.02, {.resume = checkpoints_in(at).front()});
    EXPECT_EQ(weights_of(*resumed), weights_of(*whole));
  }
}

}  // namespace
}  // namespace lehr
