#include "trial/shortened.hpp"

#include <gtest/gtest.h>

namespace lehr::trial {
namespace {

TrainConfig training(std::int64_t epochs, std::int64_t batch_size) {
  TrainConfig config;
  config.epochs = epochs;
  config.batch_size = batch_size;
  return config;
}

TEST(Shortened, CountsTheBatchesOfAnEpoch) {
  TrainConfig config = training(1, 64);
  EXPECT_EQ(batches_of_epoch(config, 640), 10);
  EXPECT_EQ(batches_of_epoch(config, 650), 11);
  config.drop_last = true;
  EXPECT_EQ(batches_of_epoch(config, 650), 10);
  EXPECT_EQ(batches_of_epoch(config, 20), 1);
  config.max_batches = 3;
  EXPECT_EQ(batches_of_epoch(config, 650), 3);
}

TEST(Shortened, LeavesAShortTrainingAsItIs) {
  const TrainConfig config = training(4, 64);
  const TrainConfig same = shortened(config, shortening_to(400, config, 6400), 6400);
  EXPECT_EQ(same.epochs, 4);
  EXPECT_EQ(same.max_batches, 0);
}

TEST(Shortened, KeepsTheEpochsOfATrainingWithFew) {
  const TrainConfig config = training(5, 64);
  const TrainConfig small = shortened(config, shortening_to(400, config, 60000), 60000);
  EXPECT_EQ(small.epochs, 5);
  EXPECT_EQ(small.max_batches, 80);
}

TEST(Shortened, KeepsTenOfManyEpochsAndWhatIsCountedInThem) {
  TrainConfig config = training(200, 128);
  config.warm_up = 5;
  config.early_stopping = 30;
  config.reduce_on_plateau = 3;
  const TrainConfig small = shortened(config, shortening_to(400, config, 50000), 50000);
  EXPECT_EQ(small.epochs, 10);
  EXPECT_EQ(small.max_batches, 40);
  EXPECT_DOUBLE_EQ(small.warm_up, 0.25);
  EXPECT_EQ(small.early_stopping, 2);
  EXPECT_EQ(small.reduce_on_plateau, 1);
}

TEST(Shortened, TakesMoreEpochsIfTheyAreShort) {
  const TrainConfig config = training(100, 64);
  const TrainConfig small = shortened(config, shortening_to(400, config, 640), 640);
  EXPECT_EQ(small.epochs, 40);
  EXPECT_EQ(small.max_batches, 0);
}

TEST(Shortened, ShowsAnotherBatchSizeAsManyPictures) {
  const TrainConfig config = training(5, 2000);
  const Shortening by = shortening_to(20, config, 60000);
  EXPECT_EQ(shortened(config, by, 60000).max_batches, 4);
  TrainConfig other = config;
  other.batch_size = 100;
  EXPECT_EQ(shortened(other, by, 60000).max_batches, 80);
}

}  // namespace
}  // namespace lehr::trial
