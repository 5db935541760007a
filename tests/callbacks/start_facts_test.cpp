// Numbers measured before the first step, which RunRecorder adds to the run's environment.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "callbacks/first_weights.hpp"
#include "callbacks/mean_input.hpp"
#include "callbacks/support.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr {
namespace {

using test::small_learner;
using test::TestFolder;

using Texts = std::map<std::string, std::string>;

Texts environment_of(Learner& learner, const TestFolder& folder) {
  learner.add(RunRecorder({.store = folder / "lehr.db", .id = "a", .pictures = false}));
  learner.fit(1, 1e-3);
  return store::RunStore(folder / "lehr.db").run("a").environment;
}

double number(const Texts& environment, const char* name) { return std::stod(environment.at(name)); }

struct Plain {
  double mean = 0;
  double std = 0;
  double min = 0;
  double max = 0;
};

Plain plainly(std::span<const float> values) {
  Plain plain{.min = 1e9, .max = -1e9};
  for (const float value : values) plain.mean += static_cast<double>(value) / double(values.size());
  for (const float value : values) {
    plain.std += std::pow(static_cast<double>(value) - plain.mean, 2) / double(values.size());
    plain.min = std::min(plain.min, static_cast<double>(value));
    plain.max = std::max(plain.max, static_cast<double>(value));
  }
  plain.std = std::sqrt(plain.std);
  return plain;
}

/// Pictures of 16 x 16 with these labels. Those of an even number are equal.
std::shared_ptr<const Dataset> pictures(std::vector<std::uint8_t> labels, std::vector<std::string> classes) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t p = 0; p < 256; ++p) {
      pixels.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? p : (p * p + 7 * i) % 251));
    }
  }
  return std::make_shared<MemoryDataset>(Shape{1, 16, 16}, pixels, labels, classes);
}

TEST(StartFacts, DescribeTheFirstBatchesAsTheNetworkSeesThem) {
  const TestFolder folder;
  const auto learner = small_learner();
  Plain train;
  Plain valid;
  learner->on(
      Event::before_batch,
      [&](Learner& l) {
        if (l.progress().train_batches == 0) train = plainly(l.batch().pixels());
        if (!l.progress().training && l.progress().batch == 0) valid = plainly(l.batch().pixels());
      },
      200);
  const Texts found = environment_of(*learner, folder);
  EXPECT_NEAR(number(found, "input_mean"), train.mean, 1e-5);
  EXPECT_NEAR(number(found, "input_std"), train.std, 1e-5);
  EXPECT_NEAR(number(found, "input_min"), train.min, 1e-5);
  EXPECT_NEAR(number(found, "input_max"), train.max, 1e-5);
  EXPECT_EQ(found.at("input_distinct"), "1");
  EXPECT_NEAR(number(found, "valid_input_mean"), valid.mean, 1e-5);
  EXPECT_NEAR(number(found, "valid_input_std"), valid.std, 1e-5);
  EXPECT_EQ(found.at("init_constant"), "0");
  EXPECT_EQ(found.at("init_symmetric"), "0");
  const auto steps = store::RunStore(folder / "lehr.db").steps("a");
  EXPECT_NEAR(number(found, "start_loss"), steps.front().loss, 1e-5);
}

TEST(MeanInput, CorrelatesMeanImages) {
  MeanInput a;
  a.add(std::vector<float>{1, 2, 3, 3, 4, 5}, 2);  // mean 2, 3, 4
  MeanInput b;
  b.add(std::vector<float>{1, 0, -1}, 1);
  EXPECT_NEAR(correlation(a, a), 1, 1e-12);
  EXPECT_NEAR(correlation(a, b), -1, 1e-12);
  b.add(std::vector<float>{0, 3, 0}, 1);  // 0.5, 1.5, -0.5
  EXPECT_NEAR(correlation(a, b), -0.5, 1e-12);
}

TEST(StartFacts, CompareTheMeanImagesOfBothSets) {
  const TestFolder folder;
  const Texts good = environment_of(*small_learner(), folder);
  EXPECT_GT(number(good, "input_agreement"), 0.7);
  EXPECT_GT(number(good, "valid_input_agreement"), 0.9);
  std::filesystem::remove(folder / "lehr.db");
  const auto shifted = small_learner();
  shifted->on(Event::before_batch, [](Learner& l) {
    const std::span<float> pixels = l.batch().pixels();
    const auto size = std::ssize(pixels) / l.batch().size;
    if (l.progress().training) return;
    for (auto at = pixels.begin(); at != pixels.end(); at += size) std::rotate(at, at + size / 2, at + size);
  });
  EXPECT_LT(number(environment_of(*shifted, folder), "valid_input_agreement"), 0.6);
}

TEST(StartFacts, SayInWhichOrderTheLabelsCome) {
  const TestFolder folder;
  const auto learner = small_learner();
  std::vector<std::int64_t> labels;
  learner->on(Event::after_loss, [&](Learner& l) {
    if (!l.progress().training) return;
    for (const std::int64_t id : l.batch().ids) labels.push_back(l.data().train->label(id));
  });
  const Texts found = environment_of(*learner, folder);
  double repeats = 0;
  for (std::size_t i = 1; i < labels.size(); ++i) repeats += labels[i] == labels[i - 1] ? 1 : 0;
  ASSERT_EQ(labels.size(), 300U);
  EXPECT_NEAR(number(found, "label_repeats"), repeats / 299, 1e-5);
  EXPECT_EQ(found.at("label_repeats_expected"), "0.1");
  EXPECT_EQ(found.at("label_classes"), "10");
}

TEST(StartFacts, FindSortedAndMissingLabelsAndEqualPictures) {
  const TestFolder folder;
  std::vector<std::uint8_t> labels(1500, 0);
  std::fill(labels.begin() + 300, labels.end(), std::uint8_t{2});
  DataSplits data{.train = pictures(labels, {"a", "b", "c"}), .valid = pictures({0, 2}, {"a", "b", "c"})};
  models::SimpleCnnOptions model{.in = {1, 16, 16}, .classes = 3, .channels = {4, 4, 4}};
  Learner learner(models::simple_cnn(model), data, {.batch_size = 100, .sampler = {.name = "sequential"}});
  const Texts found = environment_of(learner, folder);
  EXPECT_EQ(found.at("label_repeats"), "0.998999") << "one change among the first 1,000";
  EXPECT_EQ(found.at("label_repeats_expected"), "0.68");
  EXPECT_EQ(found.at("label_classes"), "2");
  EXPECT_EQ(found.at("input_distinct"), "0.5");
}

TEST(StartFacts, LeaveMixingOut) {
  const TestFolder folder;
  const Texts plain = environment_of(*small_learner(), folder);
  const auto mixing = small_learner();
  mixing->add(MixUp());
  std::filesystem::remove(folder / "lehr.db");
  const Texts mixed = environment_of(*mixing, folder);
  for (const char* name : {"input_mean", "input_std", "input_min", "input_max", "label_repeats"}) {
    EXPECT_EQ(mixed.at(name), plain.at(name)) << name;
  }
  EXPECT_NE(mixed.at("start_loss"), plain.at("start_loss"));
}

TEST(StartFacts, CountConstantAndSymmetricWeights) {
  const Graph model = models::make_model("resnet-small", {.in = {1, 28, 28}});
  Parameters parameters(model, cpu_backend());
  initialise(parameters, model, Initialisation::kaiming_normal, 1);
  EXPECT_EQ(first_weights(parameters).constant + first_weights(parameters).symmetric, 0);
  std::int64_t weights = 0;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role != ParameterRole::weight) continue;
    Tensor value = parameters.get(entry.name);
    const auto elements = value.elements<float>();
    const std::size_t filter = elements.size() / static_cast<std::size_t>(entry.shape[0]);
    std::copy_n(elements.begin(), filter, elements.end() - static_cast<std::ptrdiff_t>(filter));
    parameters.set(entry.name, value);  // the last filter is the first
    EXPECT_EQ(first_weights(parameters).symmetric, ++weights) << entry.name;
  }
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role != ParameterRole::weight) continue;
    Tensor value = parameters.get(entry.name);
    std::ranges::fill(value.elements<float>(), 0.25F);
    parameters.set(entry.name, value);
    EXPECT_EQ(first_weights(parameters).symmetric, --weights) << entry.name;
  }
  EXPECT_EQ(first_weights(parameters).constant + weights,
            std::ranges::count_if(parameters.entries(),
                                  [](const auto& e) { return e.role == ParameterRole::weight; }));
}

// After the first step, the weights and the order are not those of the beginning.
TEST(StartFacts, AreNotMeasuredAgainAfterAResume) {
  const TestFolder folder;
  const auto learner_of = [&] {
    auto learner = small_learner();
    learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a", .pictures = false}));
    learner->add(Checkpoint({.folder = folder / "checkpoints"}));
    return learner;
  };
  const auto environment = [&] { return store::RunStore(folder / "lehr.db").run("a").environment; };
  const auto stopped = learner_of();
  stopped->on(Event::after_step, [](Learner& l) {
    if (l.progress().steps == 3) l.request_stop();
  });
  stopped->fit(1, 1e-3);
  const Texts before = environment();
  EXPECT_FALSE(before.contains("valid_input_mean"));
  learner_of()->fit(1, 1e-3, {.resume = checkpoints_in(folder / "checkpoints").front()});
  const Texts after = environment();
  for (const char* name : {"input_mean", "start_loss", "label_repeats", "init_symmetric"}) {
    EXPECT_EQ(after.at(name), before.at(name)) << name;
  }
  EXPECT_TRUE(after.contains("valid_input_mean"));
}

}  // namespace
}  // namespace lehr
