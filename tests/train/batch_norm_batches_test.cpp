// Batch norm cannot train on a batch of one image. This is detected before the first batch.
#include <gtest/gtest.h>

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

struct Trial {
  std::int64_t samples = 0;
  std::int64_t batch_size = 0;
  bool drop_last = false;
  std::int64_t max_batches = 0;
  bool batch_norm = true;
};

std::unique_ptr<Learner> learner_of(const Trial& trial) {
  return std::make_unique<Learner>(
      models::simple_cnn({.batch_norm = trial.batch_norm}),
      data::digits({.train = trial.samples, .valid = 11}),
      LearnerOptions{
          .batch_size = trial.batch_size, .drop_last = trial.drop_last, .max_batches = trial.max_batches});
}

/// The error of fit and find_lr; empty if they run. No batch may have been computed.
std::string refusal(const Trial& trial) {
  const auto learner = learner_of(trial);
  int batches = 0;
  learner->on(Event::before_batch, [&](Learner&) { ++batches; });
  std::string found;
  try {
    learner->fit(1, 0.01);
  } catch (const BadInput& error) {
    found = error.what();
    EXPECT_EQ(batches, 0);
    EXPECT_TRUE(learner->history().empty());
  }
  try {
    learner->find_lr({.sweep = {.batches = 3}});
    EXPECT_EQ(found, "");
  } catch (const BadInput& error) {
    EXPECT_EQ(error.what(), found);
  }
  return found;
}

TEST(BatchNormBatches, OfOnePictureAreRefusedWithAWayOut) {
  const std::string last = refusal({.samples = 33, .batch_size = 8});
  EXPECT_NE(last.find("33 pictures in batches of 8"), std::string::npos) << last;
  EXPECT_NE(last.find("--drop-last or --batch-size 7"), std::string::npos) << last;
  const std::string every = refusal({.samples = 12, .batch_size = 1});
  EXPECT_NE(every.find("the batch size is 1; use --batch-size 2"), std::string::npos) << every;
  const std::string only_larger = refusal({.samples = 11, .batch_size = 2});
  EXPECT_NE(only_larger.find("--drop-last or --batch-size 3"), std::string::npos) << only_larger;
}

TEST(BatchNormBatches, OfOnePictureAreFineIfNobodyTrainsOnThem) {
  EXPECT_EQ(refusal({.samples = 33, .batch_size = 8, .drop_last = true}), "");
  EXPECT_EQ(refusal({.samples = 33, .batch_size = 8, .max_batches = 4}), "");
  EXPECT_NE(refusal({.samples = 33, .batch_size = 8, .max_batches = 5}), "");
  EXPECT_EQ(refusal({.samples = 33, .batch_size = 7}), "");
  EXPECT_EQ(refusal({.samples = 33, .batch_size = 8, .batch_norm = false}), "");
  EXPECT_EQ(refusal({.samples = 12, .batch_size = 1, .batch_norm = false}), "");
}

// If a norm sees several positions of each image, one image has a variance too.
TEST(BatchNormBatches, OfOnePictureAreFineIfNormsSeeSeveralPositions) {
  Learner learner(models::resnet_small({.in = {1, 28, 28}, .widths = {2}}),
                  data::digits({.train = 11, .valid = 2}), {.batch_size = 5});
  learner.fit(1, 0.01);
  EXPECT_EQ(learner.history().back().train.samples, 11);
}

}  // namespace
}  // namespace lehr
