// How long a training waits for its data.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "lehr/core/clock.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// A data set that takes at least `delay` to read a picture.
class Slow final : public Dataset {
 public:
  Slow(std::shared_ptr<const Dataset> dataset, std::chrono::milliseconds delay)
      : dataset_(std::move(dataset)), delay_(delay) {}
  std::int64_t size() const override { return dataset_->size(); }
  std::span<const std::string> class_names() const override { return dataset_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return dataset_->label(index); }
  void read(std::int64_t index, Image& picture) const override {
    std::this_thread::sleep_for(delay_);
    dataset_->read(index, picture);
  }
  Shape image_shape() const override { return dataset_->image_shape(); }

 private:
  std::shared_ptr<const Dataset> dataset_;
  std::chrono::milliseconds delay_;
};

LearnerOptions options_of(int workers) {
  LearnerOptions options;
  options.batch_size = 8;
  options.preprocessing.normalisation = {.mean = {0.1F}, .std = {0.3F}};
  options.validate = false;
  options.workers = workers;
  return options;
}

TEST(Waiting, IsTheShareOfTheTrainingTime) {
  for (const int workers : {0, 1}) {
    DataSplits data = data::digits({.train = 16, .valid = 10, .seed = 3});
    data.train = std::make_shared<Slow>(data.train, std::chrono::milliseconds(3));
    Learner learner(models::simple_cnn({}), std::move(data), options_of(workers));
    learner.fit(1, 0.01);
    const EpochRecord& record = learner.history().back();
    const double waited = record.values.at(waiting_value) * record.train_seconds;
    EXPECT_LE(waited, record.train_seconds);
    // Without workers the compute threads share the reads. One worker may read the second batch while the
    // first one is trained.
    EXPECT_GE(waited, workers == 0 ? 16 * 0.003 / threads() : 8 * 0.003);
  }
}

TEST(Waiting, IsNotRecordedForDataInMemory) {
  Learner learner(models::simple_cnn({}), data::digits({.train = 16, .valid = 10, .seed = 3}),
                  options_of(-1));
  learner.fit(1, 0.01);
  EXPECT_FALSE(learner.history().back().values.contains(waiting_value));
}

TEST(Waiting, OfALoaderIsThatOfTheEpoch) {
  const DataSplits data = data::digits({.train = 16, .valid = 10, .seed = 3});
  Loader loader(std::make_shared<Slow>(data.train, std::chrono::milliseconds(2)),
                {.batch_size = 8,
                 .preprocessing = {.shape = {1, 28, 28}, .normalisation = {.mean = {0.1F}, .std = {0.3F}}},
                 .workers = 0});
  EXPECT_EQ(loader.waiting_seconds(), 0);
  const Stopwatch watch;
  loader.start(0);
  while (loader.next() != nullptr) {
  }
  EXPECT_GE(loader.waiting_seconds(), 16 * 0.002 / threads());
  EXPECT_LE(loader.waiting_seconds(), watch.seconds());
  loader.start(1);
  EXPECT_EQ(loader.waiting_seconds(), 0);
}

}  // namespace
}  // namespace lehr
