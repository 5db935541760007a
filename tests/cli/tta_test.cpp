#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

TEST(TestTimeAugmentation, ChangesProbabilitiesAndIsChecked) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder.path(), {"train", "--data", "digits:200", "--epochs", "1", "--quiet"}).status, 0);
  const auto evaluated = [&](const std::string& views) {
    return run(folder.path(), {"evaluate", "latest", "--data", "digits:200", "--json", "--tta", views});
  };
  EXPECT_EQ(evaluated("flip").event("evaluation")["views"], 2);
  EXPECT_EQ(evaluated("flip").event("evaluation")["loss"], evaluated("2").event("evaluation")["loss"]);
  EXPECT_NE(evaluated("10").event("evaluation")["loss"], evaluated("1").event("evaluation")["loss"]);
  EXPECT_FALSE(evaluated("1").event("evaluation").contains("views"));
  EXPECT_EQ(evaluated("11").status, 2);
  const auto predicted = [&](const std::string& views) {
    return run(folder.path(),
               {"predict", "latest", "--data", "digits:200", "--sample", "3", "--tta", views, "--json"})
        .event("prediction")["probability"];
  };
  EXPECT_EQ(predicted("flip"), predicted("2"));
  EXPECT_NE(predicted("flip"), predicted("1"));
}

}  // namespace
}  // namespace lehr::test
