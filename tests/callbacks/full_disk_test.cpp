// Training while the disk cannot store files.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_snapshots.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/loggers.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/core/disk_error.hpp"
#include "support/file_size_limit.hpp"

namespace lehr::test {
namespace {

constexpr int epochs = 5;

/// Makes the disk full during some epochs, counted from 0.
class FullDuring final : public Callback {
 public:
  FullDuring(int first, int last) : first_(first), last_(last) {}
  std::string_view name() const override { return "FullDuring"; }
  void before_epoch(Learner& learner) override {
    const int epoch = learner.progress().epoch;
    if (epoch == first_) limit_ = std::make_unique<FileSizeLimit>(50);
    if (epoch == last_ + 1) limit_.reset();
  }
  void clean_up(Learner&) override { limit_.reset(); }

 private:
  int first_;
  int last_;
  std::unique_ptr<FileSizeLimit> limit_;
};

struct Told {
  std::vector<std::string> sentences;
  OnFailure listener() {
    return [this](const std::string& sentence) { sentences.push_back(sentence); };
  }
};

TEST(FullDisk, ATrainingGoesOnIfThereIsAnEarlierCheckpointAndSaysSoOnce) {
  const TestFolder folder;
  Told told;
  const auto learner = small_learner();
  learner->add(FullDuring(1, 2));
  const auto& checkpoint =
      learner->add(Checkpoint({.folder = folder / "checkpoints", .keep = 0, .on_failure = told.listener()}));
  std::vector<bool> failed;
  learner->on(
      Event::after_epoch, [&](Learner&) { failed.push_back(!checkpoint.failure().empty()); }, 101);
  learner->fit(epochs, 0.01);
  EXPECT_EQ(failed, (std::vector<bool>{false, true, true, false, false}));
  ASSERT_EQ(told.sentences.size(), 1U);
  EXPECT_NE(
      told.sentences[0].find("step-000000000010-epoch.safetensors\": cannot be written: File too large"),
      std::string::npos)
      << told.sentences[0];
  EXPECT_NE(told.sentences[0].find("the training goes on"), std::string::npos) << told.sentences[0];
  EXPECT_EQ(checkpoints_in(folder / "checkpoints").size(), 3U);
  EXPECT_EQ(checkpoint.last(), folder / "checkpoints/step-000000000025-epoch.safetensors");
}

/// The error that ends the fit, as text.
std::string failure_of(Learner& learner) {
  try {
    learner.fit(epochs, 0.01);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal) << "the user did nothing wrong";
    return error.what();
  }
  return "";
}

TEST(FullDisk, ATrainingWithoutACheckpointEnds) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(FullDuring(0, epochs));
  learner->add(Checkpoint({.folder = folder / "checkpoints"}));
  const std::string said = failure_of(*learner);
  EXPECT_NE(said.find("File too large; there is no earlier checkpoint"), std::string::npos) << said;
  EXPECT_EQ(learner->history().size(), 1U);
}

TEST(FullDisk, EndsATrainingThatWasToldToStop) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(FullDuring(1, epochs));
  learner->add(Checkpoint({.folder = folder / "checkpoints", .stop_on_failure = true}));
  const std::string said = failure_of(*learner);
  EXPECT_NE(said.find("File too large; the training stops"), std::string::npos) << said;
  EXPECT_EQ(learner->history().size(), 2U);
}

TEST(FullDisk, TheLogOfTheEpochsIsCompletedLater) {
  const TestFolder folder;
  Told told;
  const auto learner = small_learner();
  learner->add(FullDuring(1, 2));
  learner->add(CsvLogger(folder / "log.csv", told.listener()));
  learner->fit(epochs, 0.01);
  EXPECT_EQ(told.sentences.size(), 1U);
  const std::string text = text_of(folder / "log.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + epochs) << text;
}

TEST(FullDisk, TheBestModelIsTheOneThatWasSaved) {
  const TestFolder folder;
  Told told;
  const auto learner = small_learner();
  learner->add(FullDuring(1, 1));
  learner->add_metric(Scripted({0.5, 0.9, 0.7, 0.6, 0.6}));
  const auto& best = learner->add(
      SaveBest(folder / "best.safetensors", {.metric = "valid_scripted", .lower = false}, told.listener()));
  learner->fit(epochs, 0.01);
  EXPECT_EQ(told.sentences.size(), 1U);
  EXPECT_EQ(best.best(), 0.7) << "the model of 0.9 could not be saved";
}

TEST(FullDisk, SnapshotsAreLeftOut) {
  const TestFolder folder;
  Told told;
  const auto learner = small_learner();
  learner->add(FullDuring(1, 1));
  learner->add(ActivationSnapshots({.folder = folder / "seen", .on_failure = told.listener()}));
  learner->fit(epochs, 0.01);
  EXPECT_EQ(told.sentences.size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(folder / "seen/epoch-0002.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder / "seen/epoch-0003.safetensors"));
}

}  // namespace
}  // namespace lehr::test
