// Mean and standard deviation of the images: given, or measured when they are first needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <memory>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

/// Counts the samples read. Its samples must be decoded, like those of a set on disk.
class Counted final : public Dataset {
 public:
  explicit Counted(std::shared_ptr<const Dataset> set) : set_(std::move(set)) {}
  std::int64_t size() const override { return set_->size(); }
  Shape image_shape() const override { return set_->image_shape(); }
  std::span<const std::string> class_names() const override { return set_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return set_->label(index); }
  void read(std::int64_t index, Image& picture) const override {
    ++reads;
    set_->read(index, picture);
  }

  mutable std::atomic<int> reads{0};

 private:
  std::shared_ptr<const Dataset> set_;
};

struct NormSetting {
  DataSplits digits = data::digits({.train = 1200, .valid = 10});
  std::shared_ptr<Counted> train = std::make_shared<Counted>(digits.train);
  DataSplits data{"", train, digits.valid};
};

Graph normalised_cnn() { return models::simple_cnn({}); }
const LearnerOptions one_batch{.batch_size = 100, .prefetch = 0, .max_batches = 1};

TEST(Normalisation, IsMeasuredWhenItIsFirstNeededAndThenKept) {
  NormSetting setting;
  Learner learner(normalised_cnn(), setting.data, one_batch);
  EXPECT_EQ(setting.train->reads, 0) << "the constructor reads no image";
  learner.validate();
  EXPECT_EQ(setting.train->reads, 1200);
  EXPECT_EQ(learner.preprocessing().normalisation, normalisation_of(*setting.digits.train));
  learner.fit(1, 1e-3);
  EXPECT_EQ(setting.train->reads, 1300);
  learner.find_lr({.sweep = {.batches = 1}});
  learner.clone()->fit(1, 1e-3);
  EXPECT_EQ(setting.train->reads, 1500) << "copies measure nothing again";
}

TEST(Normalisation, OfAConstLearnerIsKeptToo) {
  NormSetting setting;
  const Learner learner(normalised_cnn(), setting.data, one_batch);
  learner.find_lr({.sweep = {.batches = 1}});
  learner.find_lr({.sweep = {.batches = 1}});
  EXPECT_EQ(setting.train->reads, 1400);
}

TEST(Normalisation, ThatIsGivenIsUsed) {
  NormSetting setting;
  LearnerOptions options = one_batch;
  options.preprocessing.normalisation = {.mean = {0.5F}, .std = {0.25F}};
  Learner learner(normalised_cnn(), setting.data, options);
  float darkest = 0;
  learner.on(Event::before_batch, [&](Learner& l) {
    if (l.progress().training) darkest = std::ranges::min(l.batch().pixels());
  });
  learner.fit(1, 1e-3);
  EXPECT_EQ(setting.train->reads, 100);
  EXPECT_EQ(learner.preprocessing().normalisation, options.preprocessing.normalisation);
  EXPECT_FLOAT_EQ(darkest, -2);
}

TEST(Normalisation, ThatIsGivenIsChecked) {
  NormSetting setting;
  const auto learn = [&](Normalisation given) {
    Learner(normalised_cnn(), setting.data, {.preprocessing = {.normalisation = std::move(given)}});
  };
  EXPECT_THROW(learn({.mean = {0, 0}, .std = {1, 1}}), BadInput);
  EXPECT_THROW(learn({.mean = {0}, .std = {0}}), BadInput);
  EXPECT_THROW(learn({.mean = {0}, .std = {-1}}), BadInput);
  EXPECT_THROW(learn({.mean = {std::numeric_limits<float>::quiet_NaN()}, .std = {1}}), BadInput);
  EXPECT_EQ(setting.train->reads, 0);
}

TEST(Normalisation, MeasuringIsToldOf) {
  NormSetting setting;
  LearnerOptions options = one_batch;
  std::vector<std::int64_t> told;
  options.measuring = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 1200);
    told.push_back(done);
  };
  Learner learner(normalised_cnn(), setting.data, options);
  EXPECT_TRUE(told.empty());
  learner.fit(1, 1e-3);
  EXPECT_EQ(told, (std::vector<std::int64_t>{512, 1024, 1200}));
  EXPECT_EQ(learner.preprocessing().normalisation, normalisation_of(*setting.digits.train));
}

TEST(Normalisation, ComesWithACheckpoint) {
  const auto file = std::filesystem::path(testing::TempDir()) / "normalisation.safetensors";
  LearnerOptions options = one_batch;
  options.preprocessing.normalisation = {.mean = {0.5F}, .std = {0.25F}};
  NormSetting first;
  Learner saved(normalised_cnn(), first.data, options);
  saved.on(Event::after_epoch, [&](Learner& l) {
    if (l.progress().epoch == 0) l.save_checkpoint(file);
  });
  saved.fit(2, 1e-3);

  NormSetting second;
  Learner resumed(normalised_cnn(), second.data, one_batch);
  resumed.fit(2, 1e-3, {.resume = file});
  EXPECT_EQ(second.train->reads, 1024 + 100) << "1,024 images identify the data; none are measured";
  EXPECT_EQ(resumed.preprocessing().normalisation, options.preprocessing.normalisation);
  EXPECT_EQ(test::on_host(resumed.parameters().values()), test::on_host(saved.parameters().values()));

  options.preprocessing.normalisation.mean[0] = 0;
  Learner another(normalised_cnn(), second.data, options);
  EXPECT_THROW(another.fit(2, 1e-3, {.resume = file}), BadInput);
}

}  // namespace
}  // namespace lehr
