// The training set measured after each epoch in the same way as the validation set.
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

std::unique_ptr<Learner> make(bool train_eval) {
  return std::make_unique<Learner>(models::simple_cnn({.batch_norm = true, .dropout = 0.5}),
                                   data::digits({.train = 100, .valid = 30, .seed = 3}),
                                   LearnerOptions{.batch_size = 32, .seed = 5, .train_eval = train_eval});
}

TEST(TrainEval, IsWhatValidateMeasuresOnTheTrainingSet) {
  const auto learner = make(true);
  learner->add_metric(AveragedScore(ClassScore::f1, Average::macro));
  learner->add(Ema({.decay = 0.9}));
  learner->fit(2, 0.01);
  const EpochRecord& record = learner->history().back();
  EXPECT_EQ(record.train_eval, learner->validate(learner->data().train));
  EXPECT_EQ(record.train_eval.samples, 100);
  EXPECT_EQ(record.valid, learner->validate());
  EXPECT_NE(record.train_eval.loss, record.train.loss);
  EXPECT_EQ(monitored(record, "train_eval_f1_macro"), record.train_eval.others.at(0).value);
}

TEST(TrainEval, ChangesNothingElse) {
  const auto with = make(true);
  const auto without = make(false);
  for (Learner* learner : {with.get(), without.get()}) learner->fit(2, 0.01);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(with->history()[i].train, without->history()[i].train);
    EXPECT_EQ(with->history()[i].valid, without->history()[i].valid);
    EXPECT_EQ(without->history()[i].train_eval.samples, 0);
  }
}

TEST(TrainEval, CanBeWatched) {
  const auto learner = make(true);
  learner->fit(
      3, 0.0,
      {.callbacks = callbacks(EarlyStopping({.monitor = {.metric = "train_eval_accuracy"}, .patience = 1}))});
  EXPECT_EQ(learner->history().size(), 2U);
  const auto without = make(false);
  EXPECT_THROW(
      without->fit(1, 0.01,
                   {.callbacks = callbacks(EarlyStopping({.monitor = {.metric = "train_eval_accuracy"}}))}),
      BadInput);
}

TEST(TrainEval, NeedsTheValidation) {
  EXPECT_THROW(Learner(models::simple_cnn({}), data::digits({.train = 10, .valid = 2}),
                       {.validate = false, .train_eval = true}),
               BadInput);
}

TEST(TrainEval, ComesBackFromACheckpoint) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / "lehr_train_eval.safetensors";
  const auto whole = make(true);
  whole->on(Event::after_epoch, [&](Learner& l) {
    if (l.progress().epoch == 0) l.save_checkpoint(file);
  });
  whole->fit(2, 0.01);
  const auto resumed = make(true);
  resumed->fit(2, 0.01, {.resume = file});
  ASSERT_EQ(resumed->history().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(resumed->history()[i].train_eval, whole->history()[i].train_eval) << i;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace lehr
