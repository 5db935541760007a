// Values that callbacks add to the records of epochs.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "callbacks/support.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/gradient_clip.hpp"
#include "lehr/callbacks/loggers.hpp"
#include "lehr/callbacks/measurements.hpp"
#include "lehr/callbacks/recorder.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/callbacks/sharpness.hpp"
#include "lehr/core/error.hpp"
#include "lehr/store/run_store.hpp"
#include "support/message_of.hpp"
#include "support/named_metric.hpp"

namespace lehr {
namespace {

using test::message_of;
using test::small_learner;
using test::TestFolder;
using test::text_of;
using test::weights_of;
using Values = std::map<std::string, double>;

void add_all_measurements(Learner& learner) {
  for (const EpochMeasurement& one : epoch_measurements()) {
    if (one.name == "sharpness") continue;
    learner.add(one.make());
  }
  learner.add(Sharpness({.images = 32, .max_iterations = 4}));  // few, because each takes long
}

std::vector<Values> values_of_epochs(const Learner& learner) {
  std::vector<Values> all;
  for (const EpochRecord& epoch : learner.history()) all.push_back(epoch.values);
  return all;
}

TEST(RecordValue, BelongsToTheEpochUntilItsEnd) {
  const auto learner = small_learner();
  learner->on(Event::before_fit, [](Learner& l) { l.record_value("start", 1); });
  learner->on(Event::after_batch, [](Learner& l) {
    if (l.progress().training) l.record_value("batches", static_cast<double>(l.progress().batch + 1));
  });
  learner->on(Event::after_epoch, [](Learner& l) {
    if (l.progress().epoch == 1) l.record_value("end", 2);
  });
  learner->fit(2, 1e-3);
  EXPECT_EQ(values_of_epochs(*learner),
            (std::vector<Values>{{{"start", 1}, {"batches", 5}}, {{"batches", 5}, {"end", 2}}}));
  EXPECT_EQ(monitored(learner->history()[1], "end"), 2);
  const std::string sentence = message_of<BadInput>([&] { monitored(learner->history()[1], "batchs"); });
  EXPECT_NE(sentence.find("did you mean \"batches\"?"), std::string::npos) << sentence;
  EXPECT_NE(message_of<Error>([&] { learner->record_value("late", 1); }).find("no fit"), std::string::npos);
}

TEST(RecordValue, RefusesNamesThatRecordsUse) {
  const auto learner = small_learner();
  learner->add_metric(test::NamedMetric("sharp"));
  std::vector<std::string> refused;
  learner->on(Event::before_fit, [&refused](Learner& l) {
    for (const char* name : {"", "a\nb", "loss", "accuracy", "lr", "epoch", "train_x", "valid_x", "sharp"}) {
      refused.push_back(message_of<BadInput>([&] { l.record_value(name, 1); }));
    }
    l.record_value("sharpness", 1);
  });
  learner->fit(1, 1e-3);
  EXPECT_EQ(refused.size(), 9U);
}

TEST(RecordValue, IsInTheLogsFromTheFirstEpochThatHasIt) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(CsvLogger(folder / "log.csv"));
  learner->add(JsonlLogger(folder / "log.jsonl"));
  learner->on(Event::after_epoch, [](Learner& l) {
    if (l.progress().epoch != 1) l.record_value("early, late", l.progress().epoch);
    if (l.progress().epoch > 0) l.record_value("later", 0.5);
  });
  learner->fit(3, 1e-3);
  std::istringstream csv(text_of(folder / "log.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[0].ends_with(",valid_seconds,\"early, late\",later")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with(",0,nan")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with(",nan,0.5")) << lines[2];
  EXPECT_TRUE(lines[3].ends_with(",2,0.5")) << lines[3];
  std::istringstream jsonl(text_of(folder / "log.jsonl"));
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(jsonl, line);) objects.push_back(nlohmann::json::parse(line));
  EXPECT_FALSE(objects.at(0).contains("later"));
  EXPECT_EQ(objects.at(1)["later"], 0.5);
  EXPECT_EQ(objects.at(2)["early, late"], 2);
}

TEST(RecordValue, IsInTheRunStoreAlsoWithoutAValidation) {
  const TestFolder folder;
  const auto learner = small_learner({.batch_size = 64, .seed = 5, .validate = false});
  learner->add(RunRecorder({.store = folder / "runs.db", .id = "run", .pictures = false}));
  learner->on(Event::before_fit, [](Learner& l) { l.record_value("start", 1.5); });
  learner->fit(2, 1e-3);
  const std::vector<store::EpochRow> epochs = store::RunStore(folder / "runs.db").epochs("run");
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0].metrics, (Values{{"start", 1.5}}));
  EXPECT_TRUE(epochs[1].metrics.empty());
}

TEST(Measurements, HaveDistinctNamesAndRecordTheirValues) {
  const auto learner = small_learner({.batch_size = 16, .seed = 5});
  add_all_measurements(*learner);
  learner->fit(2, 1e-3);
  std::set<std::string> names;
  for (const EpochMeasurement& one : epoch_measurements()) {
    for (const MeasuredValue& value : one.values) {
      EXPECT_TRUE(names.insert(value.name).second) << value.name;
      EXPECT_EQ(measurement_of_value(value.name), &one);
      bool recorded = false;
      for (const EpochRecord& epoch : learner->history()) recorded |= epoch.values.contains(value.name);
      // The noise scale is left out if the few batches show no mean gradient.
      EXPECT_TRUE(recorded || value.unit == "images") << value.name;
    }
  }
  for (const EpochRecord& epoch : learner->history()) {
    for (const auto& [name, value] : epoch.values) EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(measurement_of_value("weight"), nullptr);
  const std::string sentence = message_of<BadInput>([] { epoch_measurement("weight-norm"); });
  EXPECT_NE(sentence.find("did you mean \"weight_norm\"?"), std::string::npos) << sentence;
}

TEST(Measurements, DoNotChangeTheTraining) {
  const auto plain = small_learner();
  plain->fit(2, 1e-2);
  const auto measured = small_learner();
  add_all_measurements(*measured);
  measured->fit(2, 1e-2);
  EXPECT_EQ(weights_of(*measured), weights_of(*plain));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(measured->history()[i].train, plain->history()[i].train);
    EXPECT_EQ(measured->history()[i].valid, plain->history()[i].valid);
  }
}

TEST(Measurements, AreTheSameBitsAfterAResumeAtAnyBatch) {
  const TestFolder folder;
  const auto whole = small_learner({.batch_size = 32, .seed = 5});  // 10 batches
  add_all_measurements(*whole);
  whole->add(CsvLogger(folder / "whole.csv"));
  whole->fit(2, 1e-2);
  for (const std::int64_t last : {0, 4, 9, 10, 15, 19}) {
    const auto first = small_learner({.batch_size = 32, .seed = 5});
    add_all_measurements(*first);
    first->add(CsvLogger(folder / "log.csv"));
    const std::filesystem::path checkpoint = folder / "checkpoint.safetensors";
    first->on(
        Event::after_batch,
        [&](Learner& l) {
          if (!l.progress().training || l.progress().train_batches != last + 1) return;
          l.save_checkpoint(checkpoint);
          l.request_stop();
        },
        100);
    first->fit(2, 1e-2);
    const auto second = small_learner({.batch_size = 32, .seed = 5});
    add_all_measurements(*second);
    second->add(CsvLogger(folder / "log.csv"));
    second->fit(2, 1e-2, {.resume = checkpoint});
    EXPECT_EQ(weights_of(*second), weights_of(*whole)) << last;
    EXPECT_EQ(values_of_epochs(*second), values_of_epochs(*whole)) << last;
    const auto header = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    EXPECT_EQ(header(text_of(folder / "log.csv")), header(text_of(folder / "whole.csv"))) << last;
  }
}

TEST(WeightNorm, IsTheNormOfAllParameters) {
  const auto learner = small_learner();
  learner->add(epoch_measurement("weight_norm").make());
  learner->fit(1, 1e-3);
  double squares = 0;
  for (const ParameterEntry& entry : learner->parameters().entries()) {
    if (is_state(entry.role)) continue;
    const Tensor value = learner->parameters().get(entry.name);
    for (const float x : value.elements<float>()) squares += static_cast<double>(x) * static_cast<double>(x);
  }
  EXPECT_NEAR(learner->history().back().values.at("weight_norm"), std::sqrt(squares),
              1e-6 * std::sqrt(squares));
}

TEST(GradientNorm, IsThatOfTheStepsBeforeClipping) {
  const auto learner = small_learner();  // five batches: three steps
  learner->add(GradientAccumulation({.batches = 2}));
  learner->add(GradientClip({.by = ClipBy::norm, .limit = 1e-3}));
  learner->add(epoch_measurement("gradient_norm").make());
  std::vector<double> norms;
  learner->on(
      Event::before_step,
      [&norms](Learner& l) {
        norms.push_back(std::sqrt(l.parameters().backend().sum_of_squares(l.parameters().grads())));
      },
      -48);
  learner->fit(1, 1e-3);
  ASSERT_EQ(norms.size(), 5U);
  const Values& values = learner->history().back().values;
  EXPECT_NEAR(values.at("gradient_norm"), (norms[1] + norms[3] + norms[4]) / 3, 1e-12);
  EXPECT_EQ(values.at("gradient_norm_max"), std::max({norms[1], norms[3], norms[4]}));
  EXPECT_GT(values.at("gradient_norm"), 0.1);
}

/// Replaces the losses of an epoch, by scaling them.
void set_losses(Learner& learner, std::vector<double> losses) {
  learner.on(Event::after_loss, [losses = std::move(losses)](Learner& l) {
    const Progress& p = l.progress();
    if (p.training) l.step().scale_loss(losses[static_cast<std::size_t>(p.batch)] / p.loss);
  });
}

TEST(LossNoise, IsMeasuredAroundTheTrendOfTheLastThird) {
  const auto learner = small_learner({.batch_size = 25, .seed = 5});  // 12 batches
  set_losses(*learner, {2, 1, 1, 1, 1, 8, 1, 1, 4, 4, 2, 2});
  learner->add(epoch_measurement("loss_noise").make());
  learner->fit(1, 0.0);
  const Values& values = learner->history().back().values;
  // The trend of 4, 4, 2, 2 is 4.2, 3.4, 2.6, 1.8; the residuals are -.2, .6, -.6, .2.
  EXPECT_NEAR(values.at("loss_noise"), std::sqrt(0.8 / 2), 1e-6);
  EXPECT_NEAR(values.at("loss_spike"), 4, 1e-6);
}

TEST(LossNoise, NeedsNineBatches) {
  const auto learner = small_learner();
  learner->add(epoch_measurement("loss_noise").make());
  learner->fit(1, 1e-3);
  EXPECT_FALSE(learner->history().back().values.contains("loss_noise"));
  EXPECT_TRUE(learner->history().back().values.contains("loss_spike"));
}

}  // namespace
}  // namespace lehr
