// Stop requests: when they take effect, how long they last, and who may make them.
#include <gtest/gtest.h>

#include <cmath>

#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// Four training batches and one validation batch per epoch.
std::unique_ptr<Learner> some_learner() {
  return std::make_unique<Learner>(models::simple_cnn({}),
                                   data::digits({.train = 400, .valid = 100, .seed = 3}),
                                   LearnerOptions{.batch_size = 100});
}

TEST(Stop, RequestedBeforeAFitEndsItBeforeItsFirstBatch) {
  const auto learner = some_learner();
  learner->request_stop();
  EXPECT_TRUE(learner->stop_requested());
  int saved = 0;
  learner->on(Event::before_stop, [&](Learner&) { ++saved; });
  learner->fit(3, 1e-3);
  EXPECT_TRUE(learner->stopped());
  EXPECT_EQ(learner->progress().steps, 0);
  EXPECT_EQ(saved, 1);
  EXPECT_TRUE(learner->history().empty()) << "no epoch has begun";
}

TEST(Stop, InAnEpochLeavesNoFigureOfWhatWasNotMeasured) {
  const auto learner = some_learner();
  learner->on(Event::after_batch, [](Learner& l) { l.request_stop(); });
  learner->fit(3, 1e-3);
  ASSERT_EQ(learner->history().size(), 1U);
  const EpochRecord& record = learner->history().back();
  EXPECT_FALSE(record.complete);
  EXPECT_EQ(record.train.samples, 100);
  EXPECT_TRUE(std::isnan(record.valid.loss) && std::isnan(record.valid.accuracy));
  EXPECT_EQ(record.valid, SetMetrics{}) << "two NaNs are equal";
}

TEST(Stop, BetweenEpochsLeavesTheHistoryAsItWas) {
  const auto learner = some_learner();
  learner->on(Event::after_epoch, [](Learner& l) { l.request_stop(); });
  learner->fit(3, 1e-3);
  ASSERT_EQ(learner->history().size(), 1U);
  EXPECT_TRUE(learner->history().back().complete);
}

TEST(Stop, IsGoneWhenTheCallReturns) {
  const auto learner = some_learner();
  learner->request_stop();
  learner->fit(3, 1e-3);
  EXPECT_FALSE(learner->stop_requested());
  learner->fit(1, 1e-3);
  EXPECT_FALSE(learner->stopped());
  EXPECT_EQ(learner->progress().steps, 4);
  learner->on(Event::after_fit, [](Learner& l) { l.request_stop(); });  // after the last batch
  learner->fit(1, 1e-3);
  EXPECT_FALSE(learner->stopped());
  EXPECT_FALSE(learner->stop_requested());
}

TEST(Stop, IsGoneWhenTheCallThrows) {
  const auto learner = some_learner();
  learner->on(Event::before_batch, [](Learner& l) {
    l.request_stop();
    if (l.progress().train_batches == 0) throw Error("no");
  });
  EXPECT_THROW(learner->fit(1, 1e-3), Error);
  EXPECT_FALSE(learner->stop_requested());
}

TEST(Stop, ReachesFindLrFromAnotherThread) {
  const auto learner = some_learner();
  int batches = 0;
  const LrFinding finding = learner->find_lr({.sweep = {.batches = 30}, .progress = [&](int done, int) {
                                                batches = done;
                                                if (done == 2) {
                                                  std::thread([&] { learner->request_stop(); }).join();
                                                }
                                                return true;
                                              }});
  EXPECT_TRUE(finding.cancelled);
  EXPECT_EQ(batches, 2);
  EXPECT_FALSE(learner->stop_requested());
}

TEST(Stop, RequestedBeforeFindLrEndsItBeforeItsFirstBatch) {
  const auto learner = some_learner();
  learner->request_stop();
  const LrFinding finding = learner->find_lr({.sweep = {.batches = 30}});
  EXPECT_TRUE(finding.cancelled);
  EXPECT_TRUE(finding.curves.at(0).empty());
  learner->fit(1, 1e-3);
  EXPECT_FALSE(learner->stopped());
}

TEST(Stop, ReachesTheSecondPartOfFineTune) {
  const auto learner = some_learner();
  learner->on(Event::after_fit,
              [](Learner& l) { l.request_stop(); });  // of the frozen phase; nothing of it is left
  learner->fine_tune(2, {.freeze_epochs = 1});
  EXPECT_TRUE(learner->stopped());
  EXPECT_EQ(learner->progress().steps, 4);
}

TEST(Stop, EndsAValidationOnItsOwn) {
  const auto learner = some_learner();
  learner->fit(1, 1e-3);
  learner->on(Event::after_batch, [](Learner& l) {
    if (l.progress().epochs == 1) l.request_stop();
  });
  EXPECT_EQ(learner->validate().samples, 0);
  EXPECT_FALSE(learner->stopped()) << "the last fit was not";
  EXPECT_EQ(learner->ending().reason, EndReason::completed);
}

TEST(StopToken, EndsAFitAtAnyTime) {
  for (const bool before : {true, false}) {
    const auto learner = some_learner();
    std::stop_source source;
    if (before) source.request_stop();
    learner->on(Event::after_batch, [&](Learner& l) {
      if (l.progress().batch == 1) std::thread([&] { source.request_stop(); }).join();
    });
    learner->fit(3, 1e-3, {.stop = source.get_token()});
    EXPECT_TRUE(learner->stopped());
    EXPECT_EQ(learner->progress().steps, before ? 0 : 2);
    EXPECT_EQ(learner->ending(), (Ending{EndReason::interrupted, "a stop was requested"}));
    learner->fit(1, 1e-3);
    EXPECT_FALSE(learner->stopped()) << "the token is of one fit alone";
  }
}

TEST(StopToken, EndsFineTuneAndFindLr) {
  const auto learner = some_learner();
  std::stop_source source;
  source.request_stop();
  learner->fine_tune(2, {.stop = source.get_token()});
  EXPECT_EQ(learner->progress().steps, 0);
  EXPECT_TRUE(learner->find_lr({.stop = source.get_token()}).cancelled);
}

TEST(Learner, RefusesASecondThread) {
  const auto learner = some_learner();
  std::promise<void> training;
  std::promise<void> tried;
  learner->on(Event::after_batch, [&](Learner& l) {
    if (l.progress().steps != 1 || !l.progress().training) return;
    training.set_value();
    tried.get_future().wait();
  });
  std::thread thread([&] { learner->fit(1, 1e-3); });
  training.get_future().wait();
  EXPECT_THROW(learner->fit(1, 1e-3), Error);
  EXPECT_THROW(learner->validate(), Error);
  EXPECT_THROW(learner->find_lr(), Error);
  tried.set_value();
  thread.join();
  EXPECT_EQ(learner->progress().steps, 4);
  EXPECT_EQ(learner->ending().reason, EndReason::completed);
}

}  // namespace
}  // namespace lehr
