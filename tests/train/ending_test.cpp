// Why a fit ended, and what a callback threw.
#include "lehr/train/ending.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// Four training batches and one validation batch per epoch.
std::unique_ptr<Learner> digit_learner() {
  return std::make_unique<Learner>(models::simple_cnn({}),
                                   data::digits({.train = 400, .valid = 100, .seed = 3}),
                                   LearnerOptions{.batch_size = 100, .optimizer = Sgd{}});
}

TEST(Ending, HasNoReasonBeforeAFitHasEnded) {
  const auto learner = digit_learner();
  EXPECT_EQ(learner->ending(), Ending());
  learner->fit(1, 1e-3);
  learner->on(Event::before_batch, [](Learner& l) { EXPECT_EQ(l.ending(), Ending()); });
  learner->fit(1, 1e-3);
}

TEST(Ending, IsKnownAtAfterFit) {
  const auto learner = digit_learner();
  Ending seen;
  learner->on(Event::after_fit, [&](Learner& l) { seen = l.ending(); });
  learner->fit(1, 1e-3);
  EXPECT_EQ(seen, (Ending{EndReason::completed, "all epochs are done"}));
  EXPECT_EQ(learner->ending(), seen);
}

TEST(Ending, OfEarlyStoppingSaysWhatDidNotImprove) {
  const auto learner = digit_learner();
  learner->fit(5, 0.0, {.callbacks = callbacks(EarlyStopping({.patience = 2}))});
  EXPECT_EQ(learner->ending().reason, EndReason::early_stopping);
  const std::string& text = learner->ending().text;
  EXPECT_TRUE(text.starts_with("valid_loss has not improved for 2 epochs; its best was ")) << text;
  EXPECT_TRUE(text.ends_with(" in epoch 1")) << text;
}

TEST(Ending, OfTheTimeLimitNamesIt) {
  const auto learner = digit_learner();
  learner->fit(5, 1e-3, {.callbacks = callbacks(Timer({.limit_seconds = 1e-9}))});
  EXPECT_EQ(learner->ending(), (Ending{EndReason::time_limit, "the time limit of 1e-09 seconds has passed"}));
  EXPECT_TRUE(learner->stopped());
}

TEST(Ending, OfACancelledFitNamesTheCallbackOrGivesItsReason) {
  const auto learner = digit_learner();
  bool reasoned = false;
  learner->on(Event::after_epoch, [&](Learner& l) {
    l.cancel(Scope::fit, reasoned ? Ending{EndReason::cancelled, "good enough"} : Ending{});
  });
  learner->fit(5, 1e-3);
  EXPECT_EQ(learner->ending(),
            (Ending{EndReason::cancelled, "the fit was cancelled (callback on after_epoch, after_epoch)"}));
  reasoned = true;
  learner->fit(5, 1e-3);
  EXPECT_EQ(learner->ending().text, "good enough");
}

TEST(Ending, IsNotThatOfACancelledEpoch) {
  const auto learner = digit_learner();
  learner->on(Event::before_validate, [&](Learner& l) { l.cancel(Scope::epoch); });
  learner->fit(2, 1e-3);
  EXPECT_EQ(learner->ending().reason, EndReason::completed);
}

TEST(Ending, OfAFitThatThrewIsTheMessage) {
  const auto learner = digit_learner();
  EXPECT_THROW(learner->fit(2, 1e10), Diverged);
  EXPECT_EQ(learner->ending().reason, EndReason::diverged);
  Ending seen;
  learner->on(Event::before_epoch, [](Learner&) { throw std::runtime_error("the camera is gone"); });
  learner->on(Event::clean_up, [&](Learner& l) { seen = l.ending(); });
  EXPECT_THROW(learner->fit(2, 1e-3), Error);
  EXPECT_EQ(learner->ending(),
            (Ending{EndReason::failed, "the camera is gone (callback on before_epoch, before_epoch)"}));
  EXPECT_EQ(seen, learner->ending());
}

TEST(Ending, ComesBackWithACheckpointOfACancelledFit) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "ending";
  std::filesystem::remove_all(folder);
  const auto stopping = [&] {
    return callbacks(EarlyStopping({.patience = 1}), Checkpoint({.folder = folder}));
  };
  const auto first = digit_learner();
  first->fit(5, 0.0, {.callbacks = stopping()});
  const auto second = digit_learner();
  second->fit(5, 0.0, {.callbacks = stopping(), .resume = checkpoints_in(folder).front()});
  EXPECT_EQ(first->ending().reason, EndReason::early_stopping);
  EXPECT_EQ(second->ending(), first->ending());
}

TEST(Ending, ReasonsHaveNames) {
  for (int i = 1; i <= static_cast<int>(EndReason::failed); ++i) {
    const auto reason = static_cast<EndReason>(i);
    EXPECT_EQ(end_reason_by_name(end_reason_name(reason)), reason);
  }
  EXPECT_THROW(end_reason_by_name("time limit"), BadInput);
}

// What a callback throws ------------------------------------------------------------------------------------

struct CameraLost : std::runtime_error {
  explicit CameraLost(int number) : std::runtime_error("the camera is gone"), camera(number) {}
  int camera;
};

struct BadLens : BadInput {
  BadLens() : BadInput("the lens is dirty") {}
};

/// Runs a fit in which a callback throws `thrown`, and passes the resulting exception to `look`.
template <class Expected, class Thrown, class Look>
void throw_from_callback(const Thrown& thrown, const Look& look) {
  const auto learner = digit_learner();
  learner->on(Event::before_batch, [&](Learner&) { throw thrown; });
  try {
    learner->fit(1, 1e-3);
    FAIL() << "nothing was thrown";
  } catch (const Expected& error) {
    look(error);
  }
}

TEST(Thrown, ByACallbackIsNestedWithItsOwnType) {
  throw_from_callback<Error>(CameraLost(7), [](const Error& error) {
    EXPECT_STREQ(error.what(), "the camera is gone (callback on before_batch, before_batch)");
    try {
      std::rethrow_if_nested(error);
      FAIL() << "nothing is nested";
    } catch (const CameraLost& lost) {
      EXPECT_EQ(lost.camera, 7);
    }
  });
}

TEST(Thrown, ByACallbackKeepsItsKind) {
  throw_from_callback<BadInput>(
      BadLens(), [](const BadInput& error) { EXPECT_THROW(std::rethrow_if_nested(error), BadLens); });
  throw_from_callback<Diverged>(
      Diverged("up"), [](const Diverged& error) { EXPECT_THROW(std::rethrow_if_nested(error), Diverged); });
  throw_from_callback<Error>(7, [](const Error& error) { EXPECT_THROW(std::rethrow_if_nested(error), int); });
}

TEST(Thrown, ByLoadStateIsNested) {
  class Forgetful final : public Callback {
   public:
    std::string_view name() const override { return "Forgetful"; }
    void save_state(CallbackState& state) const override { state.numbers["x"] = 1; }
    void load_state(const CallbackState&) override { throw CameraLost(3); }
  };
  const auto file = std::filesystem::path(testing::TempDir()) / "forgetful.safetensors";
  const auto first = digit_learner();
  first->add(Forgetful());
  first->on(Event::after_batch, [&](Learner& l) {
    if (l.progress().steps == 1) l.save_checkpoint(file);
  });
  first->fit(1, 1e-3);
  const auto second = digit_learner();
  second->add(Forgetful());
  try {
    second->fit(1, 1e-3, {.resume = file});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "callback \"Forgetful\": the camera is gone");
    EXPECT_THROW(std::rethrow_if_nested(error), CameraLost);
  }
}

}  // namespace
}  // namespace lehr
