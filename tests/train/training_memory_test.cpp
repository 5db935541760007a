#include "lehr/train/training_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "lehr/core/memory.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/child.hpp"

namespace lehr {
namespace {

/// Whole batches of 2,048 in training and in validation, and a short one in each.
std::unique_ptr<Learner> learner_of_large_batches(bool validate = true, int prefetch = -1) {
  return std::make_unique<Learner>(
      models::simple_cnn({.batch_norm = true}), data::digits({.train = 2300, .valid = 2100, .seed = 3}),
      LearnerOptions{.batch_size = 2048, .prefetch = prefetch, .validate = validate});
}

TEST(TrainingMemory, IsWhatALearnerHoldsInTheEnd) {
  const auto learner = learner_of_large_batches();
  const TrainingMemory planned = training_memory(*learner);
  const std::int64_t before = memory_held(*learner);
  learner->fit(1, 1e-3);
  EXPECT_LT(before, planned.total() / 4);
  EXPECT_EQ(memory_held(*learner) + planned.batches / 2, planned.total());  // the validation's loader no
                                                                            // longer exists
}

TEST(TrainingMemory, KnowsWhetherThereIsAValidation) {
  const TrainingMemory with = training_memory(*learner_of_large_batches());
  const TrainingMemory without = training_memory(*learner_of_large_batches(false));
  EXPECT_EQ(with.batches, 2 * without.batches);
  EXPECT_GE(with.activations, without.activations);
}

TEST(TrainingMemory, OfAGraphIsThatOfItsLearner) {
  const auto learner = learner_of_large_batches();
  EXPECT_EQ(training_memory(learner->model(), 2048).total(), training_memory(*learner).total());
}

/// Runs a small training, so that the code, the threads and the libraries' own data are already in memory.
void train_small() {
  Learner small(models::simple_cnn({.batch_norm = true}), data::digits({.train = 64, .valid = 32}),
                {.batch_size = 32});
  small.fit(1, 1e-3);
}

/// Planned memory in percent of the growth of a process in a fit. Measured in a child process, which has its
/// own peak.
int planned_percent() {
  return test::status_of_child([] {
    train_small();
    // If a loader's thread does not run in time, its batch is not allocated.
    const auto learner = learner_of_large_batches(true, 0);
    const std::int64_t before = memory_bytes() - memory_held(*learner);
    learner->fit(1, 1e-3);
    const std::int64_t grown = peak_memory_bytes() - before;
    return static_cast<int>(100 * training_memory(*learner).total() / grown);
  });
}

TEST(TrainingMemory, IsWhatAProcessGrowsBy) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers hold memory of their own";
#else
  const int percent = planned_percent();
  EXPECT_GE(percent, 90);
  EXPECT_LE(percent, 110);
#endif
}

}  // namespace
}  // namespace lehr
