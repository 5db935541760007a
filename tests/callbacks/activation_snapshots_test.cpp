// Snapshots of the layers' outputs for some samples, saved during training.
#include "lehr/callbacks/activation_snapshots.hpp"

#include <gtest/gtest.h>

#include "callbacks/support.hpp"
#include "lehr/core/error.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr {
namespace {

namespace fs = std::filesystem;
using test::small_learner;
using test::TestFolder;

TEST(ActivationSnapshots, AreSavedAtEpochsAndAtTheEnd) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add(ActivationSnapshots({.samples = {3, 60},
                                    .activations = {.layers = {"0"}},
                                    .every_epochs = 2,
                                    .folder = folder / "seen",
                                    .png = true}));
  learner->fit(3, 1e-3);
  EXPECT_FALSE(fs::exists(folder / "seen/epoch-0001.safetensors"));
  EXPECT_TRUE(fs::exists(folder / "seen/epoch-0002.safetensors"));
  EXPECT_TRUE(fs::exists(folder / "seen/epoch-0002/sample60-0.png"));
  const auto file = store::read_safetensors(folder / "seen/epoch-0003.safetensors");
  const std::vector<std::int64_t> samples{3, 60};
  const auto now = activations(learner->model(), learner->parameters(), learner->preprocessing(),
                               learner->data().valid, samples, {.layers = {"0"}});
  ASSERT_EQ(file.tensors.size(), 1U);
  EXPECT_TRUE(std::ranges::equal(file.tensors.at("0").elements<float>(), now[0].values.elements<float>()));
}

TEST(ActivationSnapshots, LeaveTheTrainingAsItIs) {
  const TestFolder folder;
  const auto without = small_learner();
  without->fit(2, 1e-3);
  const auto with = small_learner();
  with->add(ActivationSnapshots({.folder = folder / "seen"}));
  with->fit(2, 1e-3);
  EXPECT_EQ(test::weights_of(*with), test::weights_of(*without));
}

TEST(ActivationSnapshots, RefuseWhatIsNotThereBeforeTheFirstBatch) {
  const TestFolder folder;
  EXPECT_THROW(ActivationSnapshots({.samples = {}}), BadInput);
  EXPECT_THROW(ActivationSnapshots({.every_epochs = 0}), BadInput);
  for (const ActivationSnapshotsOptions& options :
       {ActivationSnapshotsOptions{.samples = {70}}, ActivationSnapshotsOptions{.samples = {-1}},
        ActivationSnapshotsOptions{.activations = {.layers = {"nothing*"}}}}) {
    const auto learner = small_learner();
    learner->add(ActivationSnapshots(options));
    int batches = 0;
    learner->on(Event::before_batch, [&](Learner&) { ++batches; });
    EXPECT_THROW(learner->fit(1, 1e-3), BadInput);
    EXPECT_EQ(batches, 0);
  }
}

}  // namespace
}  // namespace lehr
