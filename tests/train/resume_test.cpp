// Checkpoints: a resumed fit ends like one that was never stopped, bit for bit.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using test::message_of;

constexpr int epochs = 3;
constexpr double lr = 0.02;

/// A number that grows with every batch and changes the rate. The test fails if this state is lost.
class Steering final : public Callback {
 public:
  std::string_view name() const override { return "Steering"; }
  void before_fit(Learner&) override { batches_ = 0; }
  void before_epoch(Learner&) override { ++epochs_; }
  void before_batch(Learner& learner) override {
    if (!learner.progress().training) return;
    ++batches_;
    learner.rates().lr *= 1 / (1 + 0.01 * batches_ + 0.1 * epochs_);
  }
  void save_state(CallbackState& state) const override {
    state.numbers["batches"] = batches_;
    state.integers["epochs"] = epochs_;
    state.arrays["nothing"] = {};
    state.arrays["something"] = {1, 2};
  }
  void load_state(const CallbackState& state) override {
    batches_ = state.number("batches");
    epochs_ = static_cast<int>(state.integer("epochs"));
    EXPECT_TRUE(state.array("nothing").empty());
    EXPECT_EQ(state.array("something"), (std::vector<float>{1, 2}));
  }

 private:
  double batches_ = 0;
  int epochs_ = 0;
};

LearnerOptions some_options() {
  return {.batch_size = 64, .optimizer = Lookahead{.inner = Adam{}, .k = 3}, .seed = 5};
}

DataSplits some_digits() { return data::digits({.train = 300, .valid = 70, .seed = 3}); }

std::unique_ptr<Learner> fresh_learner(LearnerOptions options = some_options()) {
  auto learner =
      std::make_unique<Learner>(models::simple_cnn({.batch_norm = true}), some_digits(), std::move(options));
  learner->add(Steering());
  return learner;
}

std::vector<float> everything_of(const Learner& learner) {
  std::vector<float> all;
  const auto add = [&](const ConstTensorRef& part) {
    const std::vector<float> values = test::on_host(part);
    all.insert(all.end(), values.begin(), values.end());
  };
  add(learner.parameters().values());
  add(learner.parameters().states());
  for (const Buffer& state : learner.optimizer().states()) add(state.ref());
  return all;
}

void expect_same_history(const Learner& a, const Learner& b) {
  ASSERT_EQ(a.history().size(), b.history().size());
  for (std::size_t i = 0; i < a.history().size(); ++i) {
    EXPECT_EQ(a.history()[i].train, b.history()[i].train) << i;
    EXPECT_EQ(a.history()[i].valid, b.history()[i].valid) << i;
    EXPECT_EQ(a.history()[i].lr, b.history()[i].lr) << i;
  }
}

class Resume : public testing::Test {
 protected:
  Resume()
      : folder_(std::filesystem::path(testing::TempDir()) / ("lehr_resume_" + std::string(test_name()))) {
    std::filesystem::remove_all(folder_);
  }
  ~Resume() override { std::filesystem::remove_all(folder_); }
  static const char* test_name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::filesystem::path file(const std::string& name = "checkpoint.safetensors") const {
    return folder_ / name;
  }
  /// Saves at an event if `when` returns true, and stops there.
  void stop_at(Event event, const std::function<bool(const Learner&)>& when) const {
    const std::unique_ptr<Learner> learner = fresh_learner();
    learner->on(
        event,
        [&](Learner& l) {
          if (!when(l)) return;
          l.save_checkpoint(file());
          throw Error("the power went");
        },
        100);
    EXPECT_THROW(learner->fit_one_cycle(epochs, lr), Error);
  }
  void expect_resumed_equals_undisturbed() const {
    const std::unique_ptr<Learner> undisturbed = fresh_learner();
    undisturbed->fit_one_cycle(epochs, lr);
    const std::unique_ptr<Learner> resumed = fresh_learner();
    resumed->fit_one_cycle(epochs, lr, {.resume = file()});
    EXPECT_EQ(everything_of(*resumed), everything_of(*undisturbed));
    EXPECT_EQ(resumed->progress().steps, undisturbed->progress().steps);
    expect_same_history(*resumed, *undisturbed);
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(Resume, FromAnyBatchGivesTheSameBits) {
  for (std::int64_t batch = 0; batch < 15; ++batch) {
    stop_at(Event::after_batch, [&](const Learner& l) {
      return l.progress().training && l.progress().train_batches == batch + 1;
    });
    expect_resumed_equals_undisturbed();
  }
}

TEST_F(Resume, FromBetweenEpochsGivesTheSameBits) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    stop_at(Event::after_epoch, [&](const Learner& l) { return l.progress().epoch == epoch; });
    expect_resumed_equals_undisturbed();
  }
}

TEST_F(Resume, FromTheValidationGivesTheSameBits) {
  stop_at(Event::after_validate, [](const Learner& l) { return l.progress().epoch == 1; });
  expect_resumed_equals_undisturbed();
}

// A callback cancelled the fit or a part of it, and the process was killed before the model was saved.
TEST_F(Resume, FromAFitThatACallbackHadEndedTrainsNoFurther) {
  struct Case {
    Event at;
    Scope scope;
  };
  for (const auto& [at, scope] :
       {Case{Event::after_epoch, Scope::fit}, Case{Event::after_batch, Scope::fit},
        Case{Event::after_batch, Scope::epoch}, Case{Event::after_batch, Scope::train}}) {
    const auto make = [&, at = at, scope = scope] {
      std::unique_ptr<Learner> learner = fresh_learner();
      learner->on(at, [scope](Learner& l) {
        if (l.progress().training && l.progress().train_batches == (scope == Scope::fit ? 5 : 7)) {
          l.cancel(scope);
        }
      });
      return learner;
    };
    const std::unique_ptr<Learner> ended = make();
    ended->on(
        at,
        [&, scope = scope](Learner& l) {
          if (l.progress().train_batches == (scope == Scope::fit ? 5 : 7)) l.save_checkpoint(file());
        },
        100);
    ended->fit_one_cycle(epochs, lr);
    const std::unique_ptr<Learner> resumed = make();
    resumed->fit_one_cycle(epochs, lr, {.resume = file()});
    EXPECT_EQ(everything_of(*resumed), everything_of(*ended)) << scope_name(scope);
    EXPECT_EQ(resumed->progress().steps, ended->progress().steps) << scope_name(scope);
    expect_same_history(*resumed, *ended);
  }
}

TEST_F(Resume, KeepsFrozenGroups) {
  const auto train = [&](bool stops) {
    std::unique_ptr<Learner> learner = fresh_learner();
    learner->on(Event::before_epoch, [](Learner& l) {
      if (l.progress().epoch == 0) l.freeze();
      if (l.progress().epoch == 2) l.unfreeze();
    });
    if (stops) {
      learner->on(
          Event::after_batch,
          [&](Learner& l) {
            if (l.progress().training && l.progress().train_batches == 7) {
              l.save_checkpoint(file());
              l.cancel(Scope::fit);
            }
          },
          100);
    }
    return learner;
  };
  const auto undisturbed = train(false);
  undisturbed->fit(epochs, lr);
  train(true)->fit(epochs, lr);
  const auto resumed = train(false);
  resumed->fit(epochs, lr, {.resume = file()});
  EXPECT_EQ(everything_of(*resumed), everything_of(*undisturbed));
}

TEST_F(Resume, WorksFromACheckpointThatIsAModelToo) {
  stop_at(Event::after_epoch, [](const Learner& l) { return l.progress().epoch == 1; });
  Model model = load_model(file());
  EXPECT_EQ(evaluate(model, *some_digits().valid).samples, 70);
}

TEST_F(Resume, SaysWhatChanged) {
  stop_at(Event::after_batch, [](const Learner& l) { return l.progress().train_batches == 7; });
  const auto resumed = [&](LearnerOptions options, int count, double rate) {
    return message_of<BadInput>(
        [&] { fresh_learner(std::move(options))->fit_one_cycle(count, rate, {.resume = file()}); });
  };
  const auto expect_said = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  LearnerOptions other = some_options();
  other.batch_size = 32;
  expect_said(resumed(other, epochs, lr), "batch size: then 64, now 32");
  other = some_options();
  other.seed = 6;
  expect_said(resumed(other, epochs, lr), "seed: then 5, now 6");
  other = some_options();
  other.optimizer = Adam{};
  expect_said(resumed(other, epochs, lr), "optimizer: then lookahead");
  expect_said(resumed(some_options(), epochs + 1, lr), "epochs: then 3, now 4");
  expect_said(resumed(some_options(), epochs, 2 * lr), "schedule: then rate 0.0008");
  const auto another = [&](Graph graph, DataSplits data) {
    return message_of<BadInput>([&] {
      Learner learner(std::move(graph), std::move(data), some_options());
      learner.add(Steering());
      learner.fit_one_cycle(epochs, lr, {.resume = file()});
    });
  };
  expect_said(another(models::simple_cnn({}), some_digits()), "model: then simple-cnn with");
  expect_said(
      another(models::simple_cnn({.batch_norm = true}), data::digits({.train = 300, .valid = 70, .seed = 4})),
      "training set: then 300 images of shape (1, 28, 28) in 10 classes, checksum");
}

TEST_F(Resume, SaysWhichCallbackIsMissingOrNew) {
  stop_at(Event::after_batch, [](const Learner& l) { return l.progress().train_batches == 7; });
  Learner without(models::simple_cnn({.batch_norm = true}), some_digits(), some_options());
  EXPECT_NE(message_of<BadInput>([&] {
              without.fit_one_cycle(epochs, lr, {.resume = file()});
            }).find("\"Steering\""),
            std::string::npos);
  const std::unique_ptr<Learner> twice = fresh_learner();
  twice->add(Steering());
  EXPECT_NE(message_of<BadInput>([&] {
              twice->fit_one_cycle(epochs, lr, {.resume = file()});
            }).find("\"Steering#2\""),
            std::string::npos);
}

TEST_F(Resume, RefusesWhatIsDamaged) {
  stop_at(Event::after_batch, [](const Learner& l) { return l.progress().train_batches == 7; });
  std::ifstream in(file(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto message_for = [&](const std::string& bytes) {
    std::ofstream(file("damaged"), std::ios::binary) << bytes;
    return message_of<BadInput>(
        [&] { fresh_learner()->fit_one_cycle(epochs, lr, {.resume = file("damaged")}); });
  };
  for (const std::size_t at : {whole.size() - 1, whole.size() / 2}) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_NE(message_for(flipped).find("damaged"), std::string::npos);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, whole.size() / 3, whole.size() - 1}) {
    EXPECT_FALSE(message_for(whole.substr(0, size)).empty());
  }
  const std::unique_ptr<Learner> learner = fresh_learner();
  learner->save(file("model"));
  EXPECT_NE(message_of<BadInput>([&] {
              learner->fit_one_cycle(epochs, lr, {.resume = file("model")});
            }).find("but no checkpoint"),
            std::string::npos);
  EXPECT_NE(message_of<BadInput>([&] {
              learner->fit_one_cycle(epochs, lr, {.resume = file("none")});
            }).find("none"),
            std::string::npos);
}

}  // namespace
}  // namespace lehr
