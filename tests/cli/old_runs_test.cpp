// A run of an older version: tests/cli/goldens/run_of_version_0 is what lehr 12ae3a3 wrote, with the
// checkpoint after 8 of 16 batches and, as trained.safetensors, the model that it ended with: lehr train
// --data digits:64 --threads 1 --channels 2,2,2,2 --batch-norm --batch-size 16 --epochs 4
//   --checkpoint-batches 4 --keep-checkpoints 10 --stats
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "cli/support.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

const fs::path old_run = fs::path(LEHR_SOURCE_DIR) / "tests/cli/goldens/run_of_version_0";

// The order of some sums has changed since, so the weights agree up to rounding, but not bit for
// bit.
TEST(OldRun, IsResumedFromItsCheckpoint) {
  const TemporaryFolder folder;
  const fs::path run_folder = folder.path() / "runs" / "20261125-225735-a97a";
  fs::create_directories(run_folder.parent_path());
  fs::copy(old_run, run_folder, fs::copy_options::recursive);
  const Outcome resumed = run(folder.path(), {"train", "--resume", run_folder.string(), "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(resumed.event("done")["epochs"], 4);
  const auto expected = store::read_safetensors(old_run / "trained.safetensors");
  const auto found = store::read_safetensors(run_folder / "model.safetensors");
  ASSERT_EQ(found.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    if (tensor.dtype() != DType::f32) continue;
    const std::span<const float> a = tensor.elements<float>();
    const std::span<const float> b = found.tensors.at(name).elements<float>();
    ASSERT_EQ(a.size(), b.size()) << name;
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-4) << name << " " << i;
  }
}

TEST(OldRun, HasAModelThatIsEvaluatedAsThen) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"evaluate", (old_run / "trained.safetensors").string(),
                                              "--data", "digits:64", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NEAR(outcome.event("evaluation")["loss"].get<double>(), 2.9090628623962402, 1e-5);
}

}  // namespace
}  // namespace lehr::test
