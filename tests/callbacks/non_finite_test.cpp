// What TerminateOnNonFinite detects and writes, and that a dump repeats the same step.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "callbacks/support.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/core/error.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr {
namespace {

using test::on_host;
using test::put_at;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::string divergence(Learner& learner, int epochs = 1, double lr = 1e-3) {
  try {
    learner.fit(epochs, lr);
  } catch (const Diverged& error) {
    return error.what();
  }
  return "trained to the end";
}

void expect_says(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
}

/// Sets one weight to a bad value before the third batch of the second epoch.
void poison_weight(Learner& learner, const std::string& name, float value) {
  learner.on(Event::before_batch, [=](Learner& l) {
    if (!l.progress().training || l.progress().epoch != 1 || l.progress().batch != 2) return;
    Tensor weight = l.parameters().get(name);
    weight.elements<float>()[0] = value;
    l.parameters().set(name, weight);
  });
}

TEST(TerminateOnNonFinite, NamesTheFirstTensorAndThePlace) {
  const auto learner = small_learner();
  poison_weight(*learner, "3.weight", nan);
  learner->add(TerminateOnNonFinite());
  std::string ids;
  learner->on(Event::after_predict, [&](Learner& l) { ids = std::to_string(l.batch().ids.front()); });
  const std::string message = divergence(*learner, 3);
  expect_says(message, {"the loss became nan at epoch 2, batch 3 with learning rate 0.001",
                        "the weight \"3.weight\" before the forward pass", "(64 of them)"});
  expect_says(message, {("samples " + ids + ", ").c_str()});
}

TEST(TerminateOnNonFinite, NamesTheLayerWhoseOutputOverflows) {
  const auto learner = small_learner({.batch_size = 64, .seed = 5}, {.batch_norm = false});
  poison_weight(*learner, "4.weight", 3e38F);
  learner->add(TerminateOnNonFinite());
  expect_says(divergence(*learner, 2), {"the output of layer \"4\" in the forward pass"});
}

// The loss may be finite although a gradient is not.
TEST(TerminateOnNonFinite, LooksAtGradientsBeforeTheStep) {
  const auto learner = small_learner();
  learner->add(TerminateOnNonFinite());
  learner->on(
      Event::after_backward,
      [](Learner& l) {
        if (l.progress().batch == 3) put_at(l.parameters().grads(), 7, nan);
      },
      -100);
  std::vector<float> before;
  learner->on(Event::before_batch, [&](Learner& l) { before = weights_of(l); });
  expect_says(divergence(*learner),
              {"a gradient is not finite at epoch 1, batch 4", "done again layer by layer, all is finite"});
  EXPECT_EQ(weights_of(*learner), before) << "a step was made with it";
}

TEST(TerminateOnNonFinite, LooksAtWeightsAfterTheStep) {
  const auto learner = small_learner();
  learner->add(TerminateOnNonFinite());
  learner->on(
      Event::after_step,
      [](Learner& l) {
        if (l.progress().batch == 3)
          put_at(l.parameters().values(), l.parameters().values().count() / 2, nan);
      },
      -100);
  expect_says(divergence(*learner), {"a weight is not finite after the step at epoch 1, batch 4",
                                     "; the first that is not finite is the weight \""});
}

// In training a norm layer does not read them, so the loss stays finite while the validation fails.
TEST(TerminateOnNonFinite, LooksAtRunningStatistics) {
  const auto learner = small_learner();
  learner->add(TerminateOnNonFinite());
  learner->on(
      Event::after_step,
      [](Learner& l) {
        Tensor variance = l.parameters().get("1.running_var");
        variance.elements<float>()[2] = std::numeric_limits<float>::infinity();
        if (l.progress().batch == 3) l.parameters().set("1.running_var", variance);
      },
      -100);
  expect_says(divergence(*learner), {"a running statistic is not finite after the step at epoch 1, batch 4",
                                     "the running statistic \"1.running_var\""});
}

TEST(TerminateOnNonFinite, FindsItBehindAccumulation) {
  const auto learner = small_learner();
  learner->add(GradientAccumulation({.batches = 3}));
  learner->add(TerminateOnNonFinite());
  poison_weight(*learner, "3.weight", nan);
  expect_says(divergence(*learner, 2), {"at epoch 2, batch 3"});
}

TEST(TerminateOnNonFinite, LeavesHealthyTrainingAsItWas) {
  const auto with = small_learner();
  with->add(TerminateOnNonFinite());
  const auto without = small_learner();
  EXPECT_EQ(divergence(*with), "trained to the end");
  without->fit(1, 1e-3);
  EXPECT_EQ(weights_of(*with), weights_of(*without));
}

TEST(TerminateOnNonFinite, LooksAtTrainingAlone) {
  const auto learner = small_learner();
  learner->add(TerminateOnNonFinite());
  learner->on(Event::before_validate, [](Learner& l) { put_at(l.parameters().values(), 0, nan); });
  EXPECT_EQ(divergence(*learner), "trained to the end");
}

/// A divergence with dropout, smoothing and mixed images, and its trace in the Learner.
struct Diverging {
  std::unique_ptr<Learner> learner = small_learner({.batch_size = 64, .label_smoothing = 0.1, .seed = 5},
                                                   {.batch_norm = true, .dropout = 0.4});
  StepTrace seen;
  std::string message;

  explicit Diverging(const std::filesystem::path& dump, float value = nan) {
    learner->add(MixUp({.alpha = 0.4}));
    poison_weight(*learner, "3.weight", value);
    learner->on(
        Event::after_loss,
        [this](Learner& l) {
          if (l.progress().training && !std::isfinite(l.progress().loss)) seen = l.step().trace();
        },
        -100);
    learner->add(TerminateOnNonFinite({.dump = dump}));
    message = divergence(*learner, 3);
  }
};

/// Equal, or both NaN, as for a tensor without a finite value.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_same(const std::vector<TensorTrace>& a, const std::vector<TensorTrace>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].shape, b[i].shape);
    EXPECT_TRUE(same(a[i].min, b[i].min)) << a[i].name << ": " << a[i].min << " and " << b[i].min;
    EXPECT_TRUE(same(a[i].max, b[i].max)) << a[i].name << ": " << a[i].max << " and " << b[i].max;
    EXPECT_TRUE(same(a[i].mean, b[i].mean)) << a[i].name << ": " << a[i].mean << " and " << b[i].mean;
    EXPECT_EQ(a[i].non_finite, b[i].non_finite) << a[i].name;
  }
}

TEST(Dump, DoesTheSameStepAgain) {
  const TestFolder folder;
  const auto file = folder / "diverged.safetensors";
  const Diverging run(file);
  expect_says(run.message, {"lehr replay", "diverged.safetensors"});
  const Dump dump = replay_dump(file);
  EXPECT_EQ(dump.epoch, 1);
  EXPECT_EQ(dump.batch, 2);
  EXPECT_EQ(dump.lr, 1e-3);
  EXPECT_EQ(dump.ids.size(), 64U);
  EXPECT_EQ(run.message.find(dump.message), 0U);
  EXPECT_EQ(dump.trace.first, run.seen.first);
  expect_same(dump.trace.weights, run.seen.weights);
  expect_same(dump.trace.outputs, run.seen.outputs);
  expect_same(dump.trace.gradients, run.seen.gradients);
}

// The trace's loss equals the training's, so the dump repeats the same step and not a similar one.
TEST(Dump, TracesTheLossOfTheTraining) {
  const auto learner = small_learner({.batch_size = 64, .label_smoothing = 0.1, .seed = 5, .max_batches = 3},
                                     {.batch_norm = true, .dropout = 0.4});
  learner->add(MixUp({.alpha = 0.4}));
  int compared = 0;
  learner->on(Event::before_step, [&](Learner& l) {
    const std::vector<float> states = on_host(l.parameters().states());
    const StepTrace trace = l.step().trace();
    EXPECT_NEAR(trace.loss, l.progress().loss, 1e-5 * l.progress().loss);
    EXPECT_EQ(trace.gradients.size(), 15U);
    EXPECT_EQ(trace.first, "");
    EXPECT_EQ(on_host(l.parameters().states()), states);
    ++compared;
  });
  learner->fit(1, 1e-3);
  EXPECT_EQ(compared, 3);
}

TEST(Dump, ThatCannotBeWrittenDoesNotHideTheDivergence) {
  const TestFolder folder;
  { std::ofstream(folder / "file") << "no folder"; }
  const Diverging run(folder / "file" / "diverged.safetensors");
  expect_says(run.message, {"the loss became nan at epoch 2, batch 3", "the step could not be saved: "});
}

std::string refusal(const std::filesystem::path& file) {
  try {
    replay_dump(file);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "replayed";
}

class HostileDump : public testing::Test {
 protected:
  TestFolder folder;
  std::filesystem::path file = folder / "diverged.safetensors";
  store::SafeTensors contents;

  void SetUp() override {
    const Diverging run(file);
    contents = store::read_safetensors(file);
  }
  std::string refused() {
    store::write_safetensors(file, contents);
    return refusal(file);
  }
  std::string with_record(const std::string& key, const nlohmann::json& value) {
    nlohmann::json record = nlohmann::json::parse(contents.metadata.at("lehr.dump"));
    record[key] = value;
    contents.metadata["lehr.dump"] = record.dump();
    return refused();
  }
};

TEST_F(HostileDump, IsNoDump) {
  contents.metadata.erase("lehr.dump");
  expect_says(refused(), {"diverged.safetensors", "no dump of a step"});
}

TEST_F(HostileDump, RecordIsNoJson) {
  contents.metadata["lehr.dump"] = "{";
  expect_says(refused(), {"diverged.safetensors", "its record of the step cannot be read"});
}

TEST_F(HostileDump, RecordHasAnotherType) {
  // The record is read in the order message, epoch, ids.
  expect_says(with_record("ids", {1e300}), {"\"ids\" should be an integer", "found 1e+300"});
  expect_says(with_record("epoch", "two"),
              {"diverged.safetensors", "\"epoch\" should be an integer from -", "found \"two\""});
  expect_says(with_record("message", 2), {"its record of the step cannot be read"});
}

TEST_F(HostileDump, CountsOtherSamples) {
  expect_says(with_record("ids", {1, 2, 3}), {"lehr.batch.images", "(3, 28, 28, 1)", "(64, 28, 28, 1)"});
  expect_says(with_record("ids", nlohmann::json::array()), {"no samples"});
}

TEST_F(HostileDump, LossThatIsNone) {
  expect_says(with_record("class_weights", {1.0, 2.0}), {"diverged.safetensors"});
}

TEST_F(HostileDump, TargetThatIsNoClass) {
  contents.tensors.at("lehr.batch.targets").elements<std::int64_t>()[5] = 10;
  expect_says(refused(), {"a target is 10, no class"});
}

TEST_F(HostileDump, TensorIsMissing) {
  contents.tensors.erase("lehr.batch.images");
  expect_says(refused(), {"it has no tensor lehr.batch.images"});
}

TEST_F(HostileDump, SoftTargetsOfAnotherShape) {
  contents.tensors.insert_or_assign("lehr.batch.soft_targets", Tensor({64, 3}, DType::f32));
  expect_says(refused(), {"lehr.batch.soft_targets", "(64, 10)", "(64, 3)"});
}

}  // namespace
}  // namespace lehr
