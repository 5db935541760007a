#include <gtest/gtest.h>

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/run/config_table.hpp"
#include "lehr/trial/trial.hpp"
#include "run/support.hpp"

namespace lehr::trial {
namespace {

using diagnosis::Finding;
using diagnosis::Findings;
using test::refusal;

Finding finding(const std::string& name, const std::vector<std::pair<std::string, std::string>>& settings) {
  Finding one;
  one.rule.name = name;
  one.cure.settings = settings;
  return one;
}

TEST(ChooseCure, TakesTheFirstFindingWithOptions) {
  Findings found;
  found.causes = {finding("diverged", {}), finding("dead-layer", {{"batch-norm", "true"}}),
                  finding("updates-too-large", {{"lr", "0.1"}})};
  EXPECT_EQ(finding_to_try(found).rule.name, "dead-layer");
  EXPECT_EQ(finding_to_try(found, "updates-too-large").rule.name, "updates-too-large");
}

TEST(ChooseCure, TakesASymptomIfItsCauseHasNoOptions) {
  Findings found;
  found.causes = {finding("labels-constant", {}), finding("overfitting", {{"dropout", "0.5"}})};
  found.causes[0].symptoms = {finding("dead-layer", {{"batch-norm", "true"}})};
  EXPECT_EQ(finding_to_try(found).rule.name, "dead-layer");
}

TEST(ChooseCure, LeavesOutACureThatChangesNoTraining) {
  Findings found;
  found.causes = {finding("overfitting", {{"save-best", "true"}}),
                  finding("dead-layer", {{"batch-norm", "true"}})};
  EXPECT_EQ(finding_to_try(found).rule.name, "dead-layer");
  EXPECT_EQ(refusal([&] { finding_to_try(found, "overfitting"); }),
            "the finding \"overfitting\" has no cure that options can try; give one of your own");
}

TEST(ChooseCure, SaysIfThereIsNone) {
  Findings found;
  EXPECT_EQ(refusal([&] { finding_to_try(found); }),
            "the run has no finding, so there is no cure to try; give one of your own");
  found.causes = {finding("diverged", {})};
  EXPECT_EQ(refusal([&] { finding_to_try(found); }),
            "no finding of the run has a cure that options can try; give one of your own");
  EXPECT_EQ(refusal([&] { finding_to_try(found, "divergd"); }),
            "unknown finding of this run \"divergd\"; did you mean \"diverged\"? (valid: diverged)");
}

TEST(ChooseCure, LateFindingsAndSmallBatchesNeedMoreBatches) {
  EXPECT_EQ(usual_batches(0, 64), 400);
  EXPECT_EQ(usual_batches(1000, 64), 2000);
  EXPECT_EQ(usual_batches(0, 2), 6400);
}

TEST(ChooseCure, ReadsOptionsWithTheirValues) {
  const ConfigTable table = train_config_table();
  const std::vector<StudySetting> expected{{"lr", "0.01"}, {"channels", "8,16,32"}, {"batch-norm", "true"}};
  EXPECT_EQ(read_cure("lr=1e-2,channels=8,16,32,batch_norm=true", table), expected);
}

TEST(ChooseCure, RefusesWhatIsNoCure) {
  const ConfigTable table = train_config_table();
  EXPECT_EQ(refusal([&] { read_cure("batch-norm", table); }),
            "a cure is KEY=VALUE,KEY=VALUE, such as lr=0.01,batch-norm=true, found \"batch-norm\"");
  EXPECT_NE(refusal([&] { read_cure("epoch=1", table); }).find("did you mean \"epochs\"?"),
            std::string::npos);
  EXPECT_EQ(refusal([&] { read_cure("dropout=2", table); }).find("--dropout "), 0U);
}

}  // namespace
}  // namespace lehr::trial
