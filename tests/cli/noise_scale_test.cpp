// lehr noise-scale: what it prints, at initial and at trained weights.
#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;

const Arguments small{"noise-scale", "--data", "digits:200", "--batch-size", "16", "--batches", "20"};

nlohmann::json scale_of(const TemporaryFolder& folder, const Arguments& more = {}) {
  Arguments arguments = small;
  arguments.push_back("--json");
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = run(folder.path(), arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return outcome.event("noise_scale");
}

TEST(NoiseScaleCommand, PrintsTheScaleWithItsInterval) {
  const TemporaryFolder folder;
  const Outcome text = run(folder.path(), small);
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_EQ(text.out.find("noise scale  "), 0U) << text.out;
  EXPECT_NE(text.out.find("20 batches"), std::string::npos) << text.out;
  const nlohmann::json scale = scale_of(folder);
  EXPECT_EQ(scale["batches"], 20);
  EXPECT_GT(scale["low"].get<double>(), 0);
  EXPECT_GT(scale["images"].get<double>(), scale["low"].get<double>());
  EXPECT_DOUBLE_EQ(scale["images"].get<double>(),
                   scale["noise"].get<double>() / scale["signal"].get<double>());
  EXPECT_TRUE(folder.contents().empty()) << "it writes nothing";
}

TEST(NoiseScaleCommand, MeasuresAtTheWeightsOfARun) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {"--batch-norm"});
  const Arguments options{"--batch-norm"};
  const Arguments trained{"--batch-norm", "--weights", "runs/" + id};
  const nlohmann::json found = scale_of(folder, trained);
  EXPECT_NE(found["images"], scale_of(folder, options)["images"]);
  EXPECT_EQ(scale_of(folder, {"--batch-norm", "--weights", "latest"}), found);
}

TEST(NoiseScaleCommand, RefusesWhatCannotBeMeasured) {
  const TemporaryFolder folder;
  EXPECT_EQ(run(folder.path(), {"noise-scale", "--data", "digits:64", "--batches", "1"}).status, 2);
  EXPECT_EQ(run(folder.path(), {"noise-scale", "--data", "digits:64", "--batch-size", "1"}).status, 2);
}

}  // namespace
}  // namespace lehr::test
