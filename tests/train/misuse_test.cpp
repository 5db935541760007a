// What callbacks, metrics and programs must not do: each is refused, and no invalid memory is read.
#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/stats_subscription.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using test::message_of;

/// One training batch of 40 and one validation batch of 20.
std::unique_ptr<Learner> misused_learner(LearnerOptions options = {}) {
  return std::make_unique<Learner>(models::simple_cnn({}),
                                   data::digits({.train = 40, .valid = 20, .seed = 3}), std::move(options));
}

// The batch that is running
// ------------------------------------------------------------------------------

/// The error of a fit if a callback changes the batch in this way. Later callbacks must not see the change.
std::string error_after(Event event, const std::function<void(Learner&)>& change) {
  const auto learner = misused_learner();
  learner->on(event, change);
  learner->on(event, [](Learner&) { ADD_FAILURE() << "a later callback sees it"; });
  return message_of<BadInput>([&] { learner->fit(1, 1e-3); });
}

std::string said_after_size(Event event, std::int64_t size) {
  return error_after(event, [size](Learner& l) { l.batch().size = size; });
}

TEST(BatchUnderWay, HoldsNoMoreThanWasLoaded) {
  for (const std::int64_t size : {41, 100'000, 0, -7}) {
    EXPECT_EQ(said_after_size(Event::before_batch, size),
              "the size of the batch must be from 1 to the 40 samples that it holds, found " +
                  std::to_string(size) + " (callback on before_batch, before_batch)");
  }
}

TEST(BatchUnderWay, KeepsItsSizeOnceTheModelHasRun) {
  for (const Event event :
       {Event::after_predict, Event::after_loss, Event::after_backward, Event::after_batch}) {
    for (const std::int64_t size : {39, 41, 100'000}) {
      const std::string name(event_name(event));
      EXPECT_EQ(said_after_size(event, size),
                "the size of the batch can change at before_batch only: expected 40, found " +
                    std::to_string(size) + " (callback on " + name + ", " + name + ")");
    }
  }
}

TEST(BatchUnderWay, KeepsItsImagesAndTargets) {
  EXPECT_EQ(error_after(Event::before_batch, [](Learner& l) { l.batch().images = nullptr; }),
            "the batch has lost its images: the pointer is null (callback on before_batch, before_batch)");
  EXPECT_EQ(error_after(Event::after_loss, [](Learner& l) { l.batch().targets = nullptr; }),
            "the batch has lost its targets: the pointer is null (callback on after_loss, after_loss)");
}

TEST(BatchUnderWay, IsCheckedBeforeItIsTracedOrDumped) {
  const std::string file = testing::TempDir() + "/lehr_never_written.safetensors";
  const auto trace = [](Learner& l) {
    l.batch().size = 100'000;
    l.step().trace();
  };
  const auto dump = [&](Learner& l) {
    l.batch().size = 100'000;
    l.step().save_dump(file, "");
  };
  const std::vector<std::function<void(Learner&)>> uses{trace, dump};
  for (const auto& use : uses) {
    EXPECT_NE(error_after(Event::after_loss, use).find("at before_batch only"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(BatchUnderWay, MayShrink) {
  const auto learner = misused_learner();
  learner->on(Event::before_batch, [](Learner& l) { l.batch().size /= 2; });
  learner->fit(2, 1e-3);
  EXPECT_EQ(learner->history().back().train.samples, 20);
  EXPECT_EQ(learner->history().back().valid.samples, 10);
}

TEST(BatchUnderWay, IsCheckedInAValidationToo) {
  const auto learner = misused_learner();
  learner->on(Event::before_batch, [](Learner& l) { l.batch().size = 21; });
  EXPECT_THROW(learner->validate(), BadInput);
}

// Validations ------------------------------------------------------------------------------

TEST(Validation, DoesNotBeginWithinAValidation) {
  for (const Event event :
       {Event::before_validate, Event::before_batch, Event::after_batch, Event::after_validate}) {
    const auto learner = misused_learner();
    bool asked = true;
    learner->on(event, [&asked](Learner& l) {
      if (asked) l.validate();
    });
    const std::string sentence = "a validation cannot begin within a validation";
    EXPECT_TRUE(message_of<Error>([&] { learner->validate(); }).starts_with(sentence)) << event_name(event);
    if (event != Event::before_batch) {
      EXPECT_TRUE(message_of<Error>([&] { learner->fit(1, 1e-3); }).starts_with(sentence))
          << event_name(event);
    }
    asked = false;
    EXPECT_EQ(learner->validate().samples, 20);
  }
}

TEST(Validation, BeginsAtOtherEventsOfAFitThanItsBatches) {
  for (const Event event : {Event::before_fit, Event::before_epoch, Event::before_train, Event::after_batch,
                            Event::after_train, Event::after_epoch, Event::after_fit}) {
    const auto learner = misused_learner();
    int validations = 0;
    learner->on(event, [&](Learner& l) {
      if (event == Event::after_batch && !l.progress().training) return;
      EXPECT_EQ(l.validate().samples, 20);
      ++validations;
    });
    learner->fit(1, 1e-3);
    EXPECT_EQ(validations, 1) << event_name(event);
  }
  const auto learner = misused_learner();
  learner->on(Event::after_loss, [](Learner& l) { l.validate(); });
  EXPECT_TRUE(message_of<Error>([&] {
                learner->fit(1, 1e-3);
              }).starts_with("a validation cannot begin within a batch; at after_batch"));
}

/// A metric that throws in one of its functions.
class Broken final : public Metric {
 public:
  enum class At { nowhere, start, add, value };
  std::string name() const override { return "broken"; }
  void start(std::int64_t) override { reach(At::start); }
  void add(const ScoredBatch&) override { reach(At::add); }
  double value() const override {
    reach(At::value);
    return 0;
  }
  At at = At::nowhere;

 private:
  void reach(At here) const {
    if (at == here) throw std::out_of_range("beyond the end");
  }
};

TEST(Validation, ThatFailsLeavesTheFitAsItWas) {
  const auto learner = misused_learner({.batch_size = 10});
  Broken& metric = learner->add_metric(Broken());
  int failures = 0;
  learner->on(Event::after_batch, [&](Learner& l) {
    if (!l.progress().training || l.progress().batch != 2) return;
    metric.at = Broken::At::add;
    EXPECT_THROW(l.validate(), Error);
    ++failures;
    EXPECT_TRUE(l.progress().training);
    EXPECT_EQ(l.progress().batch, 2);
    EXPECT_EQ(l.batch().index, 2);
    metric.at = Broken::At::nowhere;
    EXPECT_EQ(l.validate().samples, 20);
  });
  learner->fit(1, 1e-3);
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(learner->history().back().train.samples, 40);
}

// Metrics ------------------------------------------------------------------------------

TEST(MetricErrors, NameTheMetric) {
  for (const Broken::At at : {Broken::At::start, Broken::At::add, Broken::At::value}) {
    const auto learner = misused_learner();
    learner->add_metric(Broken()).at = at;
    try {
      learner->fit(1, 1e-3);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "beyond the end (metric broken)");
      EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
    }
  }
}

// Arguments ------------------------------------------------------------------------------

TEST(Subscribing, RefusesNodesThatNothingComputes) {
  const auto learner = misused_learner();
  const int nodes = static_cast<int>(learner->model().nodes().size());
  for (const int node : {99, -1, nodes, nodes + 1}) {
    const std::string said =
        message_of<BadInput>([&] { static_cast<void>(learner->subscribe({{.node = node}})); });
    EXPECT_NE(said.find("has no node " + std::to_string(node) + ":"), std::string::npos) << said;
  }
  const std::string said = message_of<BadInput>([&] {
    static_cast<void>(learner->subscribe({{.node = 1}, {.node = 0}}));
  });
  EXPECT_EQ(said, "expected a node that computes something to watch, found the input " +
                      in_quotes(learner->model().node(0).name));
  for (const auto what : {store::Watched::weight, store::Watched::weight_gradient, store::Watched::update}) {
    const std::string other =
        message_of<BadInput>([&] { static_cast<void>(learner->subscribe({{.what = what, .node = 2}})); });
    EXPECT_EQ(other,
              "expected a node with a weight to watch, found " + in_quotes(learner->model().node(2).name));
  }
  learner->fit(1, 1e-3);  // nothing of it is left
}

TEST(Arguments, ThatAreOutOfRange) {
  const auto learner = misused_learner({.batch_size = 10});
  EXPECT_EQ(learner->steps(0), 0);
  EXPECT_EQ(learner->steps(3), 12);
  EXPECT_EQ(message_of<BadInput>([&] { learner->steps(-1); }),
            "the number of epochs must be 0 or more, found -1");
  EXPECT_EQ(
      message_of<BadInput>([] { misused_learner({.initialisation = static_cast<Initialisation>(99)}); }),
      "there is no initialisation number 99");
}

}  // namespace
}  // namespace lehr
