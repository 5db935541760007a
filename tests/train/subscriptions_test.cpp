// Any number of readers measure tensors of one training, each with its own choice.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/layers.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/stats_subscription.hpp"
#include "support/device.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using store::Watched;
using test::message_of;

/// Three training batches of 32 and one of 4; a validation batch.
std::unique_ptr<Learner> some_learner() {
  return std::make_unique<Learner>(models::simple_cnn({}),
                                   data::digits({.train = 100, .valid = 20, .seed = 3}),
                                   LearnerOptions{.batch_size = 32, .seed = 5});
}

NodeId output_of(const Learner& learner, std::size_t layer) {
  return layers_of(learner.model()).at(layer).output();
}
NodeId first_of(const Learner& learner, std::size_t layer) {
  return layers_of(learner.model()).at(layer).nodes.front();
}

bool has_value(const TensorStats& stats) { return stats.count + stats.non_finite > 0; }

void expect_equal(const TensorStats& found, const TensorStats& expected) {
  for (const StatField& field : stat_fields)
    EXPECT_EQ(field.value(found), field.value(expected)) << field.name;
  EXPECT_EQ(found.magnitudes, expected.magnitudes);
  EXPECT_EQ(found.values, expected.values);
  EXPECT_EQ(found.channels, expected.channels);
}

/// A reader and its results for each batch: one per request.
class Reader {
 public:
  Reader(Learner& learner, std::vector<StatsRequest> requests, std::int64_t every = 1)
      : size_(requests.size()), every_(every), subscription_(learner.subscribe(std::move(requests))) {
    learner.on(Event::before_batch, [this](Learner&) { subscription_.measure(batches_++ % every_ == 0); });
    learner.on(Event::after_batch, [this](Learner&) { take(); });
  }
  const std::vector<std::vector<TensorStats>>& batches() const { return results_; }
  StatsSubscription& subscription() { return subscription_; }

 private:
  void take() {
    std::vector<TensorStats>& batch = results_.emplace_back();
    for (std::size_t i = 0; i < size_; ++i) batch.push_back(subscription_.result(i));
  }
  std::size_t size_;
  std::int64_t every_;
  std::int64_t batches_ = 0;
  StatsSubscription subscription_;
  std::vector<std::vector<TensorStats>> results_;
};

std::vector<std::vector<StatsRequest>> some_choices(const Learner& learner) {
  const NodeId shared = output_of(learner, 1);
  return {{{.node = shared, .stats = {.histograms = false}}},
          {{.node = shared}, {.node = output_of(learner, 2)}},
          {{.node = shared, .stats = {.histograms = false, .near_zero = 0.5F}},
           {.node = shared, .stats = {.histograms = false, .channels = true, .saturated_above = 1}}},
          {{.what = Watched::activation_gradient, .node = shared},
           {.what = Watched::weight, .node = first_of(learner, 1)},
           {.what = Watched::weight_gradient, .node = first_of(learner, 1), .stats = {.histograms = false}},
           {.what = Watched::update, .node = first_of(learner, 1)}},
          {{.what = Watched::weight, .node = first_of(learner, 1), .stats = {.histograms = false}},
           {.what = Watched::update, .node = first_of(learner, 0)}}};
}

TEST(Subscriptions, GiveEachReaderWhatItGetsAlone) {
  const auto together = some_learner();
  const auto choices = some_choices(*together);
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    readers.push_back(std::make_unique<Reader>(*together, choices[i], 1 + static_cast<std::int64_t>(i) % 3));
  }
  together->fit(1, 1e-3);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    SCOPED_TRACE(i);
    const auto alone = some_learner();
    Reader one(*alone, choices[i], 1 + static_cast<std::int64_t>(i) % 3);
    alone->fit(1, 1e-3);
    ASSERT_EQ(readers[i]->batches().size(), 5U);
    for (std::size_t batch = 0; batch < 5; ++batch) {
      for (std::size_t request = 0; request < choices[i].size(); ++request) {
        const TensorStats& found = readers[i]->batches()[batch][request];
        expect_equal(found, one.batches()[batch][request]);
        const bool in_turn = batch % (1 + i % 3) == 0;
        const bool trained = batch < 4 || choices[i][request].what == Watched::activation;
        EXPECT_EQ(has_value(found), in_turn && trained) << batch << " " << request;
        const bool histograms = found.values != SignedHistogram{};
        EXPECT_EQ(histograms, has_value(found) && choices[i][request].stats.histograms);
        EXPECT_EQ(!found.channels.empty(), has_value(found) && choices[i][request].stats.channels);
      }
    }
  }
}

TEST(Subscriptions, LeaveTheTrainingAsItIs) {
  const auto without = some_learner();
  without->fit(1, 1e-3);
  const auto with = some_learner();
  std::vector<std::unique_ptr<Reader>> readers;
  for (const auto& choice : some_choices(*with)) readers.push_back(std::make_unique<Reader>(*with, choice));
  with->fit(1, 1e-3);
  EXPECT_EQ(test::on_host(with->parameters().values()), test::on_host(without->parameters().values()));
}

TEST(Subscriptions, EndWithTheObject) {
  const auto learner = some_learner();
  std::optional<StatsSubscription> first = learner->subscribe({{.node = output_of(*learner, 0)}});
  const StatsSubscription second = learner->subscribe({{.node = output_of(*learner, 2)}});
  std::vector<std::size_t> probes;
  learner->on(Event::after_batch, [&](Learner& l) {
    probes.push_back(l.step().plan().options().probes.size());
    EXPECT_TRUE(second.measuring());
    EXPECT_TRUE(has_value(second.result(0)));
    if (l.progress().batch == 1) first.reset();
    EXPECT_TRUE(has_value(second.result(0))) << "another reader's end changes nothing";
  });
  learner->fit(1, 1e-3);
  EXPECT_EQ(probes, (std::vector<std::size_t>{2, 2, 1, 1, 1}));
}

TEST(Subscriptions, MeasureNothingOfABatchThatNobodyWants) {
  const auto learner = some_learner();
  StatsSubscription reader = learner->subscribe({{.node = output_of(*learner, 0)}});
  StatsSubscription idle = learner->subscribe({{.node = output_of(*learner, 1)}});
  idle.measure(false);
  learner->on(Event::before_batch, [&](Learner& l) { reader.measure(l.progress().batch == 1, true); });
  learner->on(Event::after_batch, [&](Learner& l) {
    const bool wanted = l.progress().batch == 1;
    EXPECT_EQ(reader.measuring(), wanted);
    EXPECT_EQ(reader.seconds() > 0, wanted);
    EXPECT_EQ(l.step().plan().times()[0].forward_seconds > 0, wanted);
    EXPECT_EQ(has_value(reader.result(0)), wanted);
    EXPECT_FALSE(idle.measuring() || has_value(idle.result(0)));
  });
  learner->fit(1, 1e-3);
}

// The results of the previous batch are not those of this one.
TEST(Subscriptions, ABatchThatNeverRanHasNoValue) {
  const auto learner = some_learner();
  const StatsSubscription reader = learner->subscribe({{.node = output_of(*learner, 0)}});
  learner->on(Event::before_batch, [](Learner& l) {
    if (l.progress().batch == 2) l.cancel(Scope::batch);
  });
  learner->on(Event::after_batch, [&](Learner& l) {
    EXPECT_EQ(reader.measuring(), l.progress().batch != 2);
    EXPECT_EQ(has_value(reader.result(0)), l.progress().batch != 2);
  });
  learner->fit(1, 1e-3);
}

TEST(Subscriptions, MayBeginAndEndWithinABatch) {
  const auto learner = some_learner();
  std::optional<StatsSubscription> reader;
  std::vector<bool> found;
  learner->on(Event::after_loss, [&](Learner& l) {
    if (l.progress().batch == 0 && l.progress().training) reader = l.subscribe({{.node = output_of(l, 0)}});
    if (l.progress().batch == 3) reader.reset();
  });
  learner->on(Event::after_batch, [&](Learner&) { found.push_back(reader && has_value(reader->result(0))); });
  learner->fit(1, 1e-3);
  EXPECT_EQ(found, (std::vector<bool>{false, true, true, false, false}));
}

TEST(Subscriptions, MayOutliveTheLearner) {
  auto learner = some_learner();
  StatsSubscription reader = learner->subscribe({{.node = output_of(*learner, 0)}});
  learner->fit(1, 1e-3);
  EXPECT_TRUE(reader.measuring());
  learner.reset();
  EXPECT_FALSE(reader.measuring());
  EXPECT_EQ(reader.seconds(), 0);
  EXPECT_EQ(message_of<Error>([&] { static_cast<void>(reader.result(0)); }),
            "the Learner of this subscription is gone");
}

TEST(Subscriptions, SayWhatIsWrong) {
  const auto learner = some_learner();
  StatsSubscription none;
  EXPECT_FALSE(none.measuring());
  EXPECT_EQ(message_of<Error>([&] { none.measure(true); }), "this subscription is to nothing");
  const StatsSubscription one = learner->subscribe({{.node = output_of(*learner, 0)}});
  EXPECT_EQ(message_of<BadInput>([&] { static_cast<void>(one.result(1)); }),
            "the subscription has 1 requests, counted from 0, asked for number 1");
}

// Measuring the training set after an epoch runs no training batch.
TEST(Subscriptions, SeeNothingOfTheEvaluationOfTheTrainingSet) {
  LearnerOptions options{.batch_size = 32, .seed = 5};
  options.train_eval = true;
  Learner learner(models::simple_cnn({}), data::digits({.train = 100, .valid = 20, .seed = 3}), options);
  const StatsSubscription reader = learner.subscribe({{.node = output_of(learner, 0)}});
  std::vector<std::int64_t> counts;
  learner.on(Event::after_batch, [&](Learner&) { counts.push_back(reader.result(0).count / (8 * 14 * 14)); });
  learner.fit(1, 1e-3);
  EXPECT_EQ(counts, (std::vector<std::int64_t>{32, 32, 32, 4, 20}));
}

}  // namespace
}  // namespace lehr
