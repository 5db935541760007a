#include <gtest/gtest.h>
#include <omp.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/child.hpp"
#include "support/device.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

using Weights = std::vector<float>;

using test::weights_of;

/// A network with oneDNN's and lehr's own kernels; 4 batches, the last one short.
std::unique_ptr<Learner> residual_learner(LearnerOptions options = {}) {
  options.batch_size = 16;
  options.seed = 5;
  return std::make_unique<Learner>(models::resnet_small({.in = {1, 28, 28}}),
                                   data::digits({.train = 56, .valid = 16, .seed = 3}), std::move(options));
}

Weights trained(LearnerOptions options = {}) {
  const auto learner = residual_learner(std::move(options));
  learner->fit(1, 1e-3);
  return weights_of(*learner);
}

/// Restores the process-wide setting.
class LearnerThreads : public ::testing::Test {
 protected:
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};

TEST_F(LearnerThreads, TheSettingHoldsWhicheverThreadTrains) {
  set_threads(3);
  const Weights here = trained();
  Weights there;
  std::thread([&] { there = trained(); }).join();
  EXPECT_EQ(there, here);
  set_threads(1);
  EXPECT_NE(trained(), here);  // otherwise the test shows nothing
}

TEST_F(LearnerThreads, EachLearnerMayHaveItsOwn) {
  set_threads(3);
  const Weights with_three = trained();
  set_threads(1);
  const Weights with_one = trained();
  EXPECT_EQ(trained({.threads = 3}), with_three);
  Weights first, second;
  std::thread one([&] { first = trained({.threads = 1}); });
  std::thread three([&] { second = trained({.threads = 3}); });
  one.join();
  three.join();
  EXPECT_EQ(first, with_one);
  EXPECT_EQ(second, with_three);
  EXPECT_EQ(threads(), 1);
}

TEST_F(LearnerThreads, MoreThanImagesOrCoresTrainAsWell) {
  const auto learner = residual_learner({.threads = 40});
  learner->fit(1, 1e-3);
  EXPECT_EQ(learner->history().back().train.samples, 56);
  EXPECT_EQ(trained({.threads = 40}), weights_of(*learner));
}

TEST_F(LearnerThreads, AFitKeepsTheCountItBeganWith) {
  set_threads(3);
  const Weights undisturbed = trained();
  const auto learner = residual_learner();
  learner->on(Event::after_batch, [](Learner& l) { set_threads(1 + static_cast<int>(l.progress().batch)); });
  learner->fit(1, 1e-3);
  EXPECT_EQ(weights_of(*learner), undisturbed);
}

TEST_F(LearnerThreads, BetweenFitsTheCountMayChange) {
  set_threads(3);
  const auto learner = residual_learner();
  learner->fit(1, 1e-3);
  set_threads(1);
  learner->fit(1, 1e-3);
  const auto other = residual_learner();
  set_threads(3);
  other->fit(1, 1e-3);
  set_threads(1);
  other->fit(1, 1e-3);
  EXPECT_EQ(weights_of(*learner), weights_of(*other));
}

TEST_F(LearnerThreads, OutOfRangeIsRefused) {
  EXPECT_THROW(residual_learner({.threads = -1}), BadInput);
  EXPECT_THROW(residual_learner({.threads = 1025}), BadInput);
}

TEST_F(LearnerThreads, OpenMpsSettingIsTheCallersAlone) {
  set_threads(3);
  const Weights undisturbed = trained();
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  const auto learner = residual_learner({.validate = false});
  learner->on(Event::after_batch, [](Learner& l) {
    EXPECT_EQ(omp_get_max_threads(), l.progress().batch == 0 ? 5 : 1);
    omp_set_num_threads(1);
  });
  learner->fit(1, 1e-3);
  omp_set_num_threads(before);
  EXPECT_EQ(weights_of(*learner), undisturbed);
}

std::ptrdiff_t threads_of_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// OpenMP's threads would wait actively next to lehr's, and hang in a forked child.
TEST_F(LearnerThreads, OpenMpStartsNone) {
  set_threads(4);
  parallel_for(4, 1, [](std::int64_t, std::int64_t, int) {});  // lehr's own threads
  const std::ptrdiff_t before = threads_of_process();
  trained();
  EXPECT_EQ(threads_of_process(), before);
}

TEST_F(LearnerThreads, AForkedChildTrainsAsItsParentDoes) {
  set_threads(2);
  const Weights expected = trained();
  EXPECT_EQ(test::status_of_child([&] { return trained() == expected ? 0 : 1; }), 0);
}

TEST_F(LearnerThreads, AChildForkedInACallbackGoesOnWithTheFit) {
  set_threads(2);
  for (const int prefetch : {0, 3}) {
    const Weights expected = trained({.prefetch = prefetch});
    const int status = test::status_of_child([&] {
      // Forks in a child process, so that the test's own process is not duplicated.
      const auto learner = residual_learner({.prefetch = prefetch});
      int grandchild = -1;
      int of_grandchild = -1;
      learner->on(Event::after_batch, [&](Learner& l) {
        if (!l.progress().training || l.progress().batch != 1) return;
        grandchild = fork();
        if (grandchild == 0) alarm(test::child_patience);
      });
      learner->fit(1, 1e-3);
      const bool equal = weights_of(*learner) == expected;
      if (grandchild == 0) _exit(equal ? 0 : 1);
      waitpid(grandchild, &of_grandchild, 0);
      if (!equal) return 1;
      return WIFEXITED(of_grandchild) && WEXITSTATUS(of_grandchild) == 0 ? 0 : 2;
    });
    EXPECT_EQ(status, 0) << "prefetch " << prefetch;
  }
}

}  // namespace
}  // namespace lehr
