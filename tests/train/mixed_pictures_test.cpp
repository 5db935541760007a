// Trainings on pictures of different sizes and formats, with random transforms.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lehr/inference/evaluate.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/message_of.hpp"
#include "support/mixed_pictures.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

namespace fs = std::filesystem;
using Weights = std::vector<float>;

/// Two epochs of ten batches, the last one short.
LearnerOptions options_of(int workers) {
  return {.batch_size = 8,
          .seed = 3,
          .workers = workers,
          .transforms = test::some_transforms(),
          .preprocessing = {.fit = Fit::crop}};
}

std::unique_ptr<Learner> learner_of(const LearnerOptions& options) {
  return std::make_unique<Learner>(
      models::simple_cnn({.in = {3, 12, 10}, .classes = 2, .channels = {4, 6, 8}}),
      DataSplits{"", test::mixed_pictures(79), test::mixed_pictures(30, 1)}, options);
}

using test::weights_of;

Weights trained_on_mixed(const LearnerOptions& options) {
  const auto learner = learner_of(options);
  learner->fit(2, 0.01);
  return weights_of(*learner);
}

TEST(MixedPictures, TrainToTheSameBitsWithAnyWorkers) {
  const Weights expected = trained_on_mixed(options_of(0));
  for (const int workers : {1, 2, 5}) EXPECT_EQ(trained_on_mixed(options_of(workers)), expected) << workers;
  LearnerOptions plain = options_of(0);
  plain.transforms.clear();
  EXPECT_NE(trained_on_mixed(plain), expected) << "the transforms are applied";
}

TEST(MixedPictures, TrainToTheSameBitsAfterAResumeInMidEpoch) {
  const fs::path file = fs::path(testing::TempDir()) / "lehr_mixed_pictures.safetensors";
  const Weights expected = trained_on_mixed(options_of(0));
  const auto first = learner_of(options_of(2));
  first->on(Event::after_batch, [&](Learner& l) {
    if (l.progress().training && l.progress().epoch == 1 && l.progress().batch == 3) l.save_checkpoint(file);
  });
  first->fit(2, 0.01);
  for (const int workers : {0, 1, 2, 5}) {
    const auto resumed = learner_of(options_of(workers));
    resumed->fit(2, 0.01, {.resume = file});
    EXPECT_EQ(weights_of(*resumed), expected) << workers;
  }

  const auto refused = [&](const LearnerOptions& options) {
    return test::message_of<BadInput>([&] { learner_of(options)->fit(2, 0.01, {.resume = file}); });
  };
  LearnerOptions other = options_of(0);
  other.transforms.pop_back();
  EXPECT_NE(refused(other).find("transforms: then [{\"name\":\"resize\""), std::string::npos)
      << refused(other);
  other = options_of(0);
  other.sampler.name = "sequential";
  EXPECT_NE(refused(other).find("sampler: then random, now sequential"), std::string::npos) << refused(other);
  other = options_of(0);
  other.preprocessing.fit = Fit::pad;
  EXPECT_NE(refused(other).find("fitted by \"crop\", now by \"pad\""), std::string::npos) << refused(other);
  fs::remove(file);
}

TEST(MixedPictures, AreLearntFromAndEvaluated) {
  const auto learner = learner_of(options_of(-1));
  learner->fit(6, 0.01);
  EXPECT_GT(learner->history().back().valid.accuracy, 0.9);
  const fs::path file = fs::path(testing::TempDir()) / "lehr_mixed_pictures_model.safetensors";
  learner->save(file);
  const Evaluation evaluation = evaluate(load_model(file), *learner->data().valid, 8);
  EXPECT_EQ(evaluation.accuracy, learner->history().back().valid.accuracy);
  EXPECT_EQ(evaluation.loss, learner->history().back().valid.loss);
  fs::remove(file);
}

TEST(AnyShape, LetsADataSetOfAnotherShapeBeFitted) {
  const auto large = std::make_shared<MemoryDataset>(Shape{1, 16, 16}, std::vector<std::uint8_t>(8 * 256, 9),
                                                     std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1},
                                                     std::vector<std::string>{"a", "b"});
  LearnerOptions options{.batch_size = 4};
  const auto fit = [&] {
    Learner learner(models::simple_cnn({.in = {1, 8, 8}, .classes = 2, .channels = {4, 4}}),
                    {"", large, large}, options);
    learner.fit(1, 0.01);
    EXPECT_EQ(learner.validate(large).samples, 8);
  };
  EXPECT_EQ(test::message_of<BadInput>(fit),
            "the model takes 1x8x8 images of 2 classes, the training set has 1x16x16 of 2");
  options.preprocessing.any_shape = true;
  fit();
  options.preprocessing.shape = {1, 9, 9};
  EXPECT_EQ(test::message_of<BadInput>(fit), "the model takes 1x8x8 images, the preprocessing makes 1x9x9");
}

}  // namespace
}  // namespace lehr
