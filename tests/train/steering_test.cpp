// What a callback may change, and how callbacks are found.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/message_of.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

using test::message_of;

DataSplits some_digits() { return data::digits({.train = 400, .valid = 100, .seed = 3}); }

/// Four training batches and one validation batch per epoch.
Learner& fresh_learner(std::unique_ptr<Learner>& learner, std::int64_t max_batches = 0) {
  learner = std::make_unique<Learner>(models::simple_cnn({.batch_norm = true}), some_digits(),
                                      LearnerOptions{.batch_size = 100, .max_batches = max_batches});
  return *learner;
}

using test::weights_of;

// What callbacks may change --------------------------------------------------------------------------------

TEST(Groups, AreFrozenByName) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.set_groups(freeze_named(learner.groups(), {"0.*", "?.weight"}));
  learner.set_groups(freeze_named(learner.groups(), {"3.weight", "12.weight"}));
  const auto value = [&](const std::string& name) {
    const Tensor tensor = learner.parameters().get(name);
    const auto values = tensor.elements<float>();
    return std::vector<float>(values.begin(), values.end());
  };
  std::map<std::string, std::vector<float>> before;
  for (const ParameterGroup& group : learner.groups()) {
    for (const std::string& name : group.parameters) before[name] = value(name);
  }
  learner.fit(1, 1e-2);
  for (const auto& [name, values] : before) {
    const bool frozen = fits_pattern(name, "?.weight") || name == "12.weight";
    EXPECT_EQ(value(name) == values, frozen) << name;
  }
  EXPECT_THROW(freeze_named(learner.groups(), {"conv*"}), BadInput);
}

/// The parameters that a fit of one epoch does not change.
std::vector<std::string> unchanged_parameters(Learner& learner) {
  std::map<std::string, Tensor> before;
  for (const ParameterEntry& entry : learner.parameters().entries()) {
    if (!is_state(entry.role)) before.emplace(entry.name, learner.parameters().get(entry.name).clone());
  }
  learner.fit(1, 1e-2);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : before) {
    const Tensor now = learner.parameters().get(name);
    if (std::ranges::equal(now.elements<float>(), tensor.elements<float>())) names.push_back(name);
  }
  return names;
}

TEST(Groups, NormLayersRestIfTheyAreNamed) {
  using Names = std::vector<std::string>;
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.set_groups(freeze_named(learner.groups(), {"1.*"}));
  EXPECT_EQ(unchanged_parameters(learner), (Names{"1.bias", "1.weight"}));
  learner.freeze();  // norm layers train, except those that were named
  EXPECT_EQ(unchanged_parameters(learner),
            (Names{"0.weight", "1.bias", "1.weight", "3.weight", "6.weight", "9.weight"}));
  learner.set_groups(freeze_named(learner.groups(), {"4.*"}));  // from a group that is already frozen
  EXPECT_EQ(unchanged_parameters(learner), (Names{"0.weight", "1.bias", "1.weight", "3.weight", "4.bias",
                                                  "4.weight", "6.weight", "9.weight"}));
  learner.unfreeze();
  EXPECT_EQ(unchanged_parameters(learner), Names());
}

TEST(Groups, NormLayersRestInAResumedFit) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / "lehr_norms_rest.safetensors";
  const auto trained = [&](const std::filesystem::path& resume) {
    std::unique_ptr<Learner> made;
    Learner& learner = fresh_learner(made);
    if (resume.empty()) {
      learner.set_groups(freeze_named(learner.groups(), {"1.*"}));
      learner.on(Event::after_epoch, [&](Learner& l) {
        if (l.progress().epoch == 0) l.save_checkpoint(file);
      });
    }
    learner.fit(2, 1e-2, {.resume = resume});
    return weights_of(learner);
  };
  const std::vector<float> whole = trained({});
  EXPECT_EQ(trained(file), whole);
  std::filesystem::remove(file);
}

TEST(Changing, RatesDecidesTheStep) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::before_batch, [](Learner& l) { l.rates().lr = 0; });
  const std::vector<float> before = weights_of(learner);
  learner.fit(1, 1e-3);
  EXPECT_EQ(weights_of(learner), before);
  EXPECT_EQ(learner.history().back().lr, 0);
}

TEST(Changing, GradientsDecidesTheStep) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::after_backward,
             [](Learner& l) { l.parameters().backend().fill(l.parameters().grads(), 0); });
  const std::vector<float> before = weights_of(learner);
  learner.fit(1, 1e-3);
  EXPECT_EQ(weights_of(learner), before);
}

TEST(Changing, TheLossScalesTheGradients) {
  const auto gradient = [](double factor, Event at) {
    std::unique_ptr<Learner> made;
    Learner& learner = fresh_learner(made, 1);
    std::vector<float> grads;
    double loss = 0;
    learner.on(at, [&](Learner& l) {
      if (l.progress().training) l.step().scale_loss(factor);
    });
    learner.on(Event::after_backward, [&](Learner& l) {
      grads = test::on_host(l.parameters().grads());
      loss = l.progress().loss;
    });
    learner.fit(1, 1e-3);
    return std::pair(grads, loss);
  };
  const auto [once, loss] = gradient(1, Event::after_loss);
  for (const Event at : {Event::after_predict, Event::after_loss}) {
    const auto [twice, double_loss] = gradient(2, at);
    EXPECT_DOUBLE_EQ(double_loss, 2 * loss);
    for (std::size_t i = 0; i < once.size(); ++i) ASSERT_EQ(twice[i], 2 * once[i]) << i;
  }
}

TEST(Changing, ThePredictionDecidesTheLoss) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::after_predict, [](Learner& l) {
    const std::vector<float> even(l.step().scores().size(), 0.0F);
    l.step().set_scores(even);
  });
  EXPECT_NEAR(learner.validate().loss, std::log(10.0), 1e-6);
}

TEST(Changing, TheImagesDecidesThePrediction) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.on(Event::before_batch, [](Learner& l) {
    const Batch& batch = l.batch();
    std::ranges::fill(batch.pixels(), 0.0F);
  });
  std::vector<float> scores;
  learner.on(Event::after_predict,
             [&](Learner& l) { scores.assign(l.step().scores().begin(), l.step().scores().end()); });
  learner.validate();
  ASSERT_EQ(scores.size(), 1000U);
  for (std::size_t i = 10; i < scores.size(); ++i) ASSERT_EQ(scores[i], scores[i % 10]);
}

TEST(Changing, SoftTargetsReplaceClassNumbers) {
  const auto loss = [](bool soft) {
    std::unique_ptr<Learner> made;
    Learner& learner = fresh_learner(made);
    std::vector<float> targets;
    if (soft) {
      learner.on(Event::before_batch, [&](Learner& l) {
        Batch& batch = l.batch();
        targets.assign(static_cast<std::size_t>(batch.size) * 10, 0.0F);
        for (std::int64_t i = 0; i < batch.size; ++i) {
          targets[static_cast<std::size_t>(i * 10 + batch.targets[i])] = 1;
        }
        batch.soft_targets = targets.data();
      });
    }
    learner.fit(1, 1e-3);
    return learner.history().back().train.loss;
  };
  EXPECT_NEAR(loss(true), loss(false), 1e-5);
}

// Reaching callbacks ---------------------------------------------------------------------------------------

class Counter final : public Callback {
 public:
  int epochs = 0;
  std::string_view name() const override { return "Counter"; }
  void after_epoch(Learner&) override { ++epochs; }
};

TEST(Reaching, FindsCallbacksOfTheLearnerAndOfTheFit) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  Counter& added = learner.add(Counter());
  learner.fit(2, 1e-3);
  EXPECT_EQ(&learner.callback<Counter>(), &added);
  EXPECT_EQ(learner.callback<Counter>().epochs, 2);

  std::unique_ptr<Learner> other;
  fresh_learner(other);
  int seen = -1;
  other->on(Event::after_fit, [&](Learner& l) { seen = l.callback<Counter>().epochs; });
  other->fit(2, 1e-3, {.callbacks = callbacks(Counter())});
  EXPECT_EQ(seen, 2) << "during the fit";
  EXPECT_EQ(other->callback<Counter>().epochs, 2) << "and after it";
  other->fit(1, 1e-3, {.callbacks = callbacks(Counter())});
  EXPECT_EQ(other->callback<Counter>().epochs, 1) << "of the last fit alone";
}

TEST(Reaching, TellsSeveralOfOneTypeApartByLabel) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  EXPECT_THROW(learner.callback<Counter>(), BadInput);
  Counter& first = learner.add(Counter(), "first");
  Counter& second = learner.add(Counter(), "second");
  EXPECT_EQ(&learner.callback<Counter>("first"), &first);
  EXPECT_EQ(&learner.callback<Counter>("second"), &second);
  const std::string several = message_of<BadInput>([&] { learner.callback<Counter>(); });
  EXPECT_NE(several.find("Counter \"first\", Counter \"second\""), std::string::npos) << several;
  EXPECT_THROW(learner.callback<Counter>("third"), BadInput);
  EXPECT_THROW(learner.add(Counter(), "first"), BadInput);
}

TEST(Reaching, TellsThoseOfOneFitApartByLabel) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  learner.add(Counter(), "always");
  const auto two = [] {
    return callbacks(labelled("first", Counter()), Counter(), labelled("second", Counter()));
  };
  int seen = 0;
  learner.on(Event::after_fit, [&](Learner& l) {
    if (seen == 0) seen = l.callback<Counter>("second").epochs;
  });
  learner.fit(2, 1e-3, {.callbacks = two()});
  EXPECT_EQ(seen, 2) << "during the fit";
  learner.fit(1, 1e-3, {.callbacks = two()});
  EXPECT_EQ(learner.callback<Counter>("first").epochs, 1);
  EXPECT_EQ(learner.callback<Counter>("second").epochs, 1);
  EXPECT_EQ(learner.callback<Counter>("always").epochs, 3);
  EXPECT_NE(&learner.callback<Counter>("first"), &learner.callback<Counter>("second"));

  const std::string taken = message_of<BadInput>(
      [&] { learner.fit(1, 1e-3, {.callbacks = callbacks(labelled("always", Counter()))}); });
  EXPECT_NE(taken.find("there is already a callback with the label \"always\""), std::string::npos) << taken;
  learner.fit(1, 1e-3);
  EXPECT_EQ(learner.callback<Counter>("always").epochs, 4);
}

TEST(Reaching, RefusesNewCallbacksAndFitsDuringAFit) {
  std::unique_ptr<Learner> made;
  Learner& learner = fresh_learner(made);
  bool nested = false;
  learner.on(Event::before_epoch, [&](Learner& l) {
    if (nested) l.fit(1, 1e-3);
    l.add(Counter());
  });
  EXPECT_NE(message_of<Error>([&] { learner.fit(1, 1e-3); }).find("cannot be added"), std::string::npos);
  nested = true;
  EXPECT_NE(message_of<Error>([&] { learner.fit(1, 1e-3); }).find("under way already"), std::string::npos);
}

TEST(Validating, WithinAFitLeavesItsProgress) {
  const auto trained = [](bool validating) {
    std::unique_ptr<Learner> made;
    Learner& learner = fresh_learner(made);
    if (validating) {
      learner.on(Event::after_batch, [](Learner& l) {
        if (!l.progress().training) return;
        const std::int64_t batch = l.progress().batch;
        EXPECT_EQ(l.validate().samples, 100);
        EXPECT_EQ(l.progress().batch, batch);
        EXPECT_TRUE(l.progress().training);
      });
    }
    learner.fit(2, 1e-2);
    return weights_of(learner);
  };
  EXPECT_EQ(trained(true), trained(false));
}

}  // namespace
}  // namespace lehr
