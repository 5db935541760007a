// A training with the program's own operation, loss, model, data and optimizer
// (examples/extending).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "lehr/store/safetensors.hpp"
#include "support/device.hpp"
#include "support/extending.hpp"
#include "support/message_of.hpp"
#include "support/optimizer_steps.hpp"

namespace lehr {
namespace {

namespace fs = std::filesystem;

using test::message_of;

constexpr int epochs = 2;
constexpr double lr = 3e-3;

class Extending : public testing::Test {
 protected:
  Extending()
      : folder_(fs::path(testing::TempDir()) /
                ("lehr_extending_" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    test::register_example();
    fs::remove_all(folder_);
  }
  ~Extending() override { fs::remove_all(folder_); }
  fs::path file(const std::string& name) const { return folder_ / name; }

  static DataSplits data() { return data::open_data("stripes:200"); }
  static Graph model() { return models::make_model("stripes-net", {.in = {1, 16, 16}, .classes = 2}); }
  static LearnerOptions options() {
    return {.batch_size = 32, .optimizer = optimizer_by_name("lion"), .loss = make_loss("focal"), .seed = 4};
  }
  static std::unique_ptr<Learner> learner(LearnerOptions given = options()) {
    return std::make_unique<Learner>(model(), data(), std::move(given));
  }
  static std::vector<float> weights(const Learner& learner) {
    return test::on_host(learner.parameters().values());
  }
  /// Saves a checkpoint in the middle of the second epoch and stops there.
  void interrupt(Learner& learner) const {
    learner.on(Event::after_batch, [this](Learner& l) {
      if (l.progress().training && l.progress().epoch == 1 && l.progress().batch == 2) {
        l.save_checkpoint(file("checkpoint.safetensors"));
        l.request_stop();
      }
    });
    learner.fit_one_cycle(epochs, lr);
  }

 private:
  fs::path folder_;
};

TEST_F(Extending, LearnsByNamesAlone) {
  const auto learner = this->learner();
  learner->fit_one_cycle(5, lr);
  EXPECT_GT(learner->history().back().valid.accuracy, 0.9);
  EXPECT_LT(learner->history().back().train.loss, learner->history().front().train.loss);
}

TEST_F(Extending, ResumesToTheSameBits) {
  const auto undisturbed = learner();
  undisturbed->fit_one_cycle(epochs, lr);
  interrupt(*learner());
  const auto resumed = learner();
  resumed->fit_one_cycle(epochs, lr, {.resume = file("checkpoint.safetensors")});
  EXPECT_EQ(weights(*resumed), weights(*undisturbed));
  EXPECT_EQ(resumed->history().back().valid, undisturbed->history().back().valid);
}

TEST_F(Extending, NamesTheStatesOfAnOptimizerInItsCheckpoints) {
  interrupt(*learner());
  const auto checkpoint = store::read_safetensors(file("checkpoint.safetensors"));
  EXPECT_TRUE(checkpoint.tensors.contains("lehr.optimizer.momentum"));
  EXPECT_FALSE(checkpoint.tensors.contains("lehr.optimizer.0"));
}

TEST_F(Extending, DoesNotResumeATrainingWithAnotherLoss) {
  interrupt(*learner());
  LearnerOptions other = options();
  other.loss = make_loss("focal", {{"gamma", 1.0}});
  const auto resume = [&](const LearnerOptions& given) {
    return message_of<BadInput>(
        [&] { learner(given)->fit_one_cycle(epochs, lr, {.resume = file("checkpoint.safetensors")}); });
  };
  EXPECT_EQ(resume(other),
            "this is another training than the saved one: loss: then focal gamma=2, now focal gamma=1");
  other.loss = nullptr;
  EXPECT_EQ(resume(other),
            "this is another training than the saved one: loss: then focal gamma=2, now cross_entropy");
}

TEST_F(Extending, SavedModelsAreLoadedEvaluatedAndUsed) {
  const auto learner = this->learner();
  learner->fit_one_cycle(epochs, lr);
  learner->save(file("model.safetensors"));
  const Model model = load_model(file("model.safetensors"));
  const Model plain = load_model(file("model.safetensors"), reference_backend());
  const auto valid = data().valid;
  EXPECT_EQ(evaluate(model, *valid).accuracy, learner->history().back().valid.accuracy);
  const std::vector<std::int64_t> samples{0, 1, 2};
  const std::vector<float> fast = Predictor(model).probabilities(*valid, samples);
  const std::vector<float> slow = Predictor(plain).probabilities(*valid, samples);
  for (std::size_t i = 0; i < fast.size(); ++i) EXPECT_NEAR(fast[i], slow[i], 1e-5);
}

TEST_F(Extending, TakesALossAsAPlainObject) {
  LearnerOptions given = options();
  given.loss = loss_of(std::make_shared<const FocalLoss>(2));
  const auto plain = learner(given);
  plain->fit_one_cycle(1, lr);
  const auto named = learner();
  named->fit_one_cycle(1, lr);
  EXPECT_EQ(weights(*plain), weights(*named));
}

TEST_F(Extending, TheCrossEntropyGoesThroughTheSameDoor) {
  LearnerOptions by_settings = options();
  by_settings.loss = nullptr;
  by_settings.label_smoothing = 0.1;
  by_settings.class_weights = {1, 3};
  LearnerOptions as_object = options();
  as_object.loss = cross_entropy_loss({.label_smoothing = 0.1, .class_weights = {1, 3}});
  const auto one = learner(by_settings);
  const auto other = learner(as_object);
  one->fit_one_cycle(epochs, lr);
  interrupt(*other);
  EXPECT_NE(weights(*one), weights(*other));
  const auto resumed = learner(by_settings);  // it is the same training
  resumed->fit_one_cycle(epochs, lr, {.resume = file("checkpoint.safetensors")});
  EXPECT_EQ(weights(*one), weights(*resumed));
}

TEST_F(Extending, SettingsOfTheCrossEntropyDoNotGoWithAnotherLoss) {
  LearnerOptions given = options();
  const std::string expected =
      "label smoothing and class weights need the default cross entropy, found the loss \"focal\"";
  given.label_smoothing = 0.1;
  EXPECT_EQ(message_of<BadInput>([&] { learner(given); }), expected);
  given.label_smoothing = 0;
  given.class_weights = {1, 2};
  EXPECT_EQ(message_of<BadInput>([&] { learner(given); }), expected);
}

TEST_F(Extending, ALossThatCannotMixSamplesSaysSo) {
  const auto learner = this->learner();
  learner->add(MixUp());
  EXPECT_EQ(
      message_of<BadInput>([&] { learner->fit(1, lr); }),
      "node \"lehr.loss\": focal needs scores (N, classes) and class numbers (N): it cannot mix samples");
}

TEST_F(Extending, ADivergedStepIsReplayed) {
  const auto learner = this->learner();
  learner->add(TerminateOnNonFinite({.dump = file("diverged.safetensors")}));
  learner->on(Event::before_batch, [](Learner& l) {
    if (l.progress().training && l.progress().batch == 1) test::put_at(l.parameters().values(), 3, NAN);
  });
  EXPECT_THROW(learner->fit(1, lr), Diverged);
  const Dump dump = replay_dump(file("diverged.safetensors"));
  EXPECT_NE(dump.trace.first.find("conv1.weight"), std::string::npos) << dump.trace.first;
  EXPECT_EQ(dump.trace.outputs.back().name, "loss");
  EXPECT_EQ(dump.trace.outputs[1].name, "swish1");
}

TEST_F(Extending, RefusesNamesAndSettingsOfOptimizers) {
  EXPECT_EQ(message_of<BadInput>([] {
              register_optimizer(Lion::spec(),
                                 [](const Attributes&) { return std::make_shared<const Lion>(0.9); });
            }),
            "the optimizer \"lion\" is registered already");
  OptimizerSpec taken = Lion::spec();
  const auto make = [](const Attributes& given) { return std::make_shared<const Lion>(given.real("beta2")); };
  for (const char* name : {"adam", "adamw", "lookahead"}) {
    taken.update.type = name;
    EXPECT_EQ(message_of<BadInput>([&] { register_optimizer(taken, make); }),
              "the optimizer \"" + std::string(name) + "\" is built in; register yours under another name");
  }
  OptimizerSpec wrong = Lion::spec();
  wrong.update.type = "wrong-lion";
  wrong.update.attributes.set("beta2", 1.5);
  EXPECT_EQ(message_of<BadInput>([&] { register_optimizer(wrong, make); }),
            "beta2 of lion must be at least 0 and below 1, found 1.500000");
  wrong = Lion::spec();
  wrong.update.attributes.set("beta2", 1.5);
  EXPECT_EQ(message_of<BadInput>([&] {
              Optimizer(wrong, 8, {{0, 8}}, cpu_backend());
            }),
            "beta2 of lion must be at least 0 and below 1, found 1.500000");
}

TEST_F(Extending, AnOptimizerTakesDecaysAndMayBeWrapped) {
  const auto step = [](const OptimizerSpec& spec, const Backend& backend) {
    Optimizer optimizer(spec, 16, {{0, 16}}, backend);
    std::vector<float> values(16, 1.0F);
    const std::vector<float> gradients(16, 0.5F);
    for (int i = 0; i < 3; ++i) test::step_on_host(optimizer, values, gradients, optimizer.rates(0.1));
    return values.front();
  };
  EXPECT_NEAR(step(Lion::spec(), cpu_backend()), 0.7, 1e-6);
  OptimizerSpec decaying = Lion::spec();
  decaying.decoupled_decay = 1;
  const double expected = ((1 * 0.9 - 0.1) * 0.9 - 0.1) * 0.9 - 0.1;
  EXPECT_NEAR(step(decaying, cpu_backend()), expected, 1e-6);
  EXPECT_EQ(step(decaying, cpu_backend()), step(decaying, reference_backend()));
  // Every third step, the weights are set to the midpoint of their start and their current values.
  EXPECT_NEAR(step(Lookahead{.inner = Lion::spec(), .k = 3, .alpha = 0.5}, cpu_backend()), 0.85, 1e-6);
}

TEST_F(Extending, UnknownNamesSayHowAProgramAddsItsOwn) {
  EXPECT_TRUE(message_of<BadInput>([] {
                optimizer_by_name("lionn");
              }).starts_with("unknown optimizer \"lionn\"; did you mean \"lion\"?"));
  EXPECT_TRUE(message_of<BadInput>([] {
                optimizer_by_name("lionn");
              }).ends_with("; a program adds its own with lehr::register_optimizer"));
  EXPECT_TRUE(message_of<BadInput>([] {
                data::open_data("strips");
              }).ends_with("; a program adds its own with lehr::register_data_scheme"));
  EXPECT_TRUE(message_of<BadInput>([] { register_model("resnet18", stripes_net); }).starts_with("the model"));
  EXPECT_TRUE(message_of<BadInput>([] {
                register_data_scheme("mnist", {.open = Stripes::open});
              }).starts_with("the data scheme \"mnist\" is built in"));
}

}  // namespace
}  // namespace lehr
