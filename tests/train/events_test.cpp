// Events, cancelling and errors in callbacks: what a callback may rely on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/message_of.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

using test::message_of;

using Events = std::vector<std::string>;

DataSplits few_digits() { return data::digits({.train = 400, .valid = 100, .seed = 3}); }

/// Four training batches and one validation batch per epoch.
Learner& fresh_learner(std::unique_ptr<Learner>& learner, std::int64_t max_batches = 0) {
  learner = std::make_unique<Learner>(models::simple_cnn({.batch_norm = true}), few_digits(),
                                      LearnerOptions{.batch_size = 100, .max_batches = max_batches});
  return *learner;
}

/// Records every event.
class Trace final : public Callback {
 public:
  explicit Trace(Events& events) : events_(events) {}
  std::string_view name() const override { return "Trace"; }
  int order() const override { return 50; }
  void handle(Event event, Learner&) override { events_.emplace_back(event_name(event)); }

 private:
  Events& events_;
};

std::int64_t count(const Events& events, const std::string& name) { return std::ranges::count(events, name); }

using test::weights_of;

TEST(Events, ComeInTheirOrder) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made, 1);
  Events events;
  learner.add(Trace(events));
  learner.fit(1, 1e-3);
  const Events expected{"before_fit",  "before_epoch",    "before_train",    "before_batch", "after_predict",
                        "after_loss",  "before_backward", "after_backward",  "before_step",  "after_step",
                        "after_batch", "after_train",     "before_validate", "before_batch", "after_predict",
                        "after_loss",  "after_batch",     "after_validate",  "after_epoch",  "after_fit",
                        "clean_up"};
  EXPECT_EQ(events, expected);
}

TEST(Events, CallTheMethodsOfTheirNames) {
  class Named final : public Callback {
   public:
    explicit Named(Events& events) : events_(events) {}
    std::string_view name() const override { return "Named"; }
    void before_fit(Learner&) override { events_.emplace_back("before_fit"); }
    void before_epoch(Learner&) override { events_.emplace_back("before_epoch"); }
    void before_train(Learner&) override { events_.emplace_back("before_train"); }
    void before_batch(Learner&) override { events_.emplace_back("before_batch"); }
    void after_predict(Learner&) override { events_.emplace_back("after_predict"); }
    void after_loss(Learner&) override { events_.emplace_back("after_loss"); }
    void before_backward(Learner&) override { events_.emplace_back("before_backward"); }
    void after_backward(Learner&) override { events_.emplace_back("after_backward"); }
    void before_step(Learner&) override { events_.emplace_back("before_step"); }
    void after_step(Learner&) override { events_.emplace_back("after_step"); }
    void after_cancel_batch(Learner&) override { events_.emplace_back("after_cancel_batch"); }
    void after_batch(Learner&) override { events_.emplace_back("after_batch"); }
    void before_stop(Learner&) override { events_.emplace_back("before_stop"); }
    void after_cancel_train(Learner&) override { events_.emplace_back("after_cancel_train"); }
    void after_train(Learner&) override { events_.emplace_back("after_train"); }
    void before_validate(Learner&) override { events_.emplace_back("before_validate"); }
    void after_cancel_validate(Learner&) override { events_.emplace_back("after_cancel_validate"); }
    void after_validate(Learner&) override { events_.emplace_back("after_validate"); }
    void after_cancel_epoch(Learner&) override { events_.emplace_back("after_cancel_epoch"); }
    void after_epoch(Learner&) override { events_.emplace_back("after_epoch"); }
    void after_cancel_fit(Learner&) override { events_.emplace_back("after_cancel_fit"); }
    void after_fit(Learner&) override { events_.emplace_back("after_fit"); }
    void clean_up(Learner&) override { events_.emplace_back("clean_up"); }

   private:
    Events& events_;
  };
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Events events;
  Named named(events);
  Events names;
  for (std::size_t i = 0; i < event_count; ++i) {
    names.emplace_back(event_name(static_cast<Event>(i)));
    named.handle(static_cast<Event>(i), learner);
  }
  EXPECT_EQ(events, names);
}

TEST(Events, ReachCallbacksByOrderAndThenAsAdded) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Events heard;
  learner.on(
      Event::before_fit, [&](Learner&) { heard.emplace_back("late"); }, 10);
  learner.on(Event::before_fit, [&](Learner&) { heard.emplace_back("first"); });
  learner.on(Event::before_fit, [&](Learner&) { heard.emplace_back("second"); });
  learner.on(
      Event::before_fit, [&](Learner&) { heard.emplace_back("early"); }, -10);
  learner.fit(1, 1e-3);
  EXPECT_EQ(heard, (Events{"early", "first", "second", "late"}));
}

TEST(Events, SeeTheTrainingsBatchesAgainBehindTheValidation) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  const auto expect_batch = [&](Event event, std::int64_t batch, std::int64_t batches) {
    learner.on(event, [=](Learner& l) {
      EXPECT_EQ(l.progress().batch, batch) << event_name(event);
      EXPECT_EQ(l.progress().batches, batches) << event_name(event);
    });
  };
  expect_batch(Event::before_fit, 0, 4);
  expect_batch(Event::before_epoch, 0, 4);
  expect_batch(Event::before_validate, 0, 1);
  expect_batch(Event::after_validate, 3, 4);
  expect_batch(Event::after_epoch, 3, 4);
  learner.fit(2, 1e-3);
}

// Cancelling at every joint --------------------------------------------------------------------------------

struct CancelCase {
  Event at;
  Scope scope;
};

class Cancelling : public testing::TestWithParam<CancelCase> {};

TEST_P(Cancelling, LeavesThePartWithItsEvents) {
  const auto [at, scope] = GetParam();
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Events events;
  learner.add(Trace(events));
  bool once = true;
  learner.on(at, [&, scope = scope](Learner& l) {
    if (once) l.cancel(scope);
    once = false;
  });
  learner.fit(2, 1e-3);

  const std::string part(scope_name(scope));
  EXPECT_EQ(count(events, "after_cancel_" + part), 1);
  const auto cancelled = std::ranges::find(events, "after_cancel_" + part);
  ASSERT_NE(cancelled, events.end());
  EXPECT_EQ(*std::next(cancelled), "after_" + part) << "after_cancel_ comes right before after_";
  for (const std::string name : {"batch", "train", "validate", "epoch", "fit"}) {
    EXPECT_EQ(count(events, "before_" + name), count(events, "after_" + name)) << name;
  }
  EXPECT_EQ(events.back(), "clean_up");
  EXPECT_EQ(count(events, "before_epoch"), scope == Scope::fit ? 1 : 2);
  learner.fit(1, 1e-3);
  EXPECT_EQ(learner.history().back().valid.samples, 100) << "the Learner is usable";
}

std::vector<CancelCase> all_cases() {
  std::vector<CancelCase> cases;
  const auto add = [&](Scope scope, std::vector<Event> events) {
    for (const Event event : events) cases.push_back({event, scope});
  };
  const std::vector<Event> in_batch{Event::before_batch,    Event::after_predict,  Event::after_loss,
                                    Event::before_backward, Event::after_backward, Event::before_step,
                                    Event::after_step};
  std::vector<Event> in_train{Event::before_train, Event::after_batch};
  in_train.insert(in_train.end(), in_batch.begin(), in_batch.end());
  std::vector<Event> in_epoch{Event::before_epoch, Event::after_train, Event::before_validate,
                              Event::after_validate};
  in_epoch.insert(in_epoch.end(), in_train.begin(), in_train.end());
  std::vector<Event> in_fit{Event::before_fit, Event::after_epoch};
  in_fit.insert(in_fit.end(), in_epoch.begin(), in_epoch.end());
  add(Scope::batch, in_batch);
  add(Scope::train, in_train);
  add(Scope::validate, {Event::before_validate});
  add(Scope::epoch, in_epoch);
  add(Scope::fit, in_fit);
  std::erase_if(cases, [](const CancelCase& one) {
    return one.at == Event::before_fit && one.scope == Scope::fit;  // no epoch runs; this case has its own
                                                                    // test
  });
  return cases;
}

INSTANTIATE_TEST_SUITE_P(EveryJoint, Cancelling, testing::ValuesIn(all_cases()), [](const auto& one) {
  return std::string(scope_name(one.param.scope)) + "_at_" + std::string(event_name(one.param.at));
});

TEST(Cancel, BeforeTheFitRunsNothing) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::before_fit, [](Learner& l) { l.cancel(Scope::fit); });
  Events events;
  learner.add(Trace(events));
  const std::vector<float> before = weights_of(learner);
  learner.fit(1, 1e-3);
  EXPECT_EQ(events, (Events{"before_fit", "after_cancel_fit", "after_fit", "clean_up"}));
  EXPECT_EQ(weights_of(learner), before);
  EXPECT_TRUE(learner.history().empty());
}

TEST(Cancel, OfABatchBeforeItsStepLeavesTheWeights) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::before_step, [](Learner& l) { l.cancel(Scope::batch); });
  const std::vector<float> before = weights_of(learner);
  learner.fit(1, 1e-3);
  EXPECT_EQ(weights_of(learner), before);
  EXPECT_EQ(learner.progress().steps, 0);
  EXPECT_EQ(learner.history().back().train.samples, 400) << "the losses were there and count";
}

TEST(Cancel, OfTheTrainingPartStillValidates) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::after_batch, [](Learner& l) {
    if (l.progress().training && l.progress().batch == 1) l.cancel(Scope::train);
  });
  learner.fit(1, 1e-3);
  EXPECT_EQ(learner.progress().steps, 2);
  EXPECT_EQ(learner.history().back().train.samples, 200);
  EXPECT_EQ(learner.history().back().valid.samples, 100);
  EXPECT_TRUE(learner.history().back().complete);
}

TEST(Cancel, OfAnEpochOrFitIsRememberedAsIncomplete) {
  for (const Scope scope : {Scope::epoch, Scope::fit}) {
    std::unique_ptr<Learner> made;
    Learner& learner = fresh_learner(made);
    learner.on(Event::after_train, [scope](Learner& l) { l.cancel(scope); });
    learner.fit(1, 1e-3);
    ASSERT_EQ(learner.history().size(), 1U);
    EXPECT_FALSE(learner.history().back().complete);
    EXPECT_EQ(learner.history().back().valid.samples, 0);
  }
}

TEST(Cancel, OfTheWiderOfTwoPartsWins) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Events events;
  learner.add(Trace(events));
  learner.on(Event::before_step, [](Learner& l) {
    l.cancel(Scope::fit);
    l.cancel(Scope::batch);
  });
  learner.fit(3, 1e-3);
  EXPECT_EQ(count(events, "before_batch"), 1);
  EXPECT_EQ(count(events, "after_cancel_batch"), 0);
  EXPECT_EQ(count(events, "after_cancel_fit"), 1);
}

TEST(Cancel, OfWhatIsNotUnderWayIsAnError) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  EXPECT_THROW(learner.cancel(Scope::fit), Error);
  learner.on(Event::before_batch, [](Learner& l) {
    if (l.progress().training) l.cancel(Scope::validate);
  });
  const std::string message = message_of<Error>([&] { learner.fit(1, 1e-3); });
  EXPECT_NE(message.find("no validate is under way"), std::string::npos) << message;
}

// Errors ---------------------------------------------------------------------------------------------------

class CallbackErrors : public testing::TestWithParam<Event> {};

TEST_P(CallbackErrors, NameCallbackAndEventAndLeaveTheLearnerUsable) {
  const Event at = GetParam();
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Events events;
  learner.add(Trace(events));
  bool once = true;
  learner.on(at, [&](Learner&) {
    if (std::exchange(once, false)) throw std::runtime_error("something broke");
  });
  const std::string message = message_of<Error>([&] { learner.fit(1, 1e-3); });
  const std::string name(event_name(at));
  EXPECT_EQ(message, "something broke (callback on " + name + ", " + name + ")");
  EXPECT_EQ(events.back(), "clean_up");
  learner.fit(1, 1e-3);
  EXPECT_EQ(learner.history().back().valid.samples, 100);
  EXPECT_TRUE(learner.history().back().complete);
}

INSTANTIATE_TEST_SUITE_P(EveryEvent, CallbackErrors,
                         testing::Values(Event::before_fit, Event::before_epoch, Event::before_train,
                                         Event::before_batch, Event::after_predict, Event::after_loss,
                                         Event::before_backward, Event::after_backward, Event::before_step,
                                         Event::after_step, Event::after_batch, Event::after_train,
                                         Event::before_validate, Event::after_validate, Event::after_epoch,
                                         Event::after_fit, Event::clean_up),
                         [](const auto& one) { return std::string(event_name(one.param)); });

TEST(CallbackError, KeepsItsKind) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  int kind = 0;
  learner.on(Event::after_batch, [&](Learner&) {
    if (kind == 0) throw BadInput("bad");
    if (kind == 1) throw Diverged("gone");
    throw 42;  // any type may be thrown
  });
  EXPECT_THROW(learner.fit(1, 1e-3), BadInput);
  kind = 1;
  EXPECT_THROW(learner.fit(1, 1e-3), Diverged);
  kind = 2;
  EXPECT_THROW(learner.fit(1, 1e-3), Error);
}

TEST(CallbackError, LetsEveryOtherCallbackCleanUp) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  int cleaned = 0;
  learner.on(Event::clean_up, [&](Learner&) {
    ++cleaned;
    throw Error("clean-up failed");
  });
  learner.on(Event::clean_up, [&](Learner&) { ++cleaned; });
  learner.on(Event::after_loss, [](Learner&) { throw Error("the first one"); });
  const std::string message = message_of<Error>([&] { learner.fit(1, 1e-3); });
  EXPECT_EQ(cleaned, 2);
  EXPECT_NE(message.find("the first one"), std::string::npos) << message;
}

}  // namespace
}  // namespace lehr
