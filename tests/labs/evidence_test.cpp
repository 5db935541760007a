// What labs say about results, tested on made-up numbers.
#include "labs/evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "labs/series.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::labs {
namespace {

const StudyMeasure accuracy = own_measure("accuracy", "accuracy", "%", true);

/// A result with one variant for each list of accuracies, one seed for each number.
StudyResult result_of(const std::vector<std::pair<std::string, std::vector<double>>>& variants) {
  StudyResult result;
  result.spec.seeds.clear();
  for (std::size_t seed = 0; seed < variants.front().second.size(); ++seed) result.spec.seeds.push_back(seed);
  for (const auto& [name, values] : variants) {
    for (std::size_t seed = 0; seed < values.size(); ++seed) {
      StudyRun run{.variant = result.spec.variants.size(), .seed = seed, .id = name};
      run.collapsed = std::isnan(values[seed]);
      if (!run.collapsed) run.values["accuracy"] = values[seed];
      result.runs.push_back(std::move(run));
    }
    result.spec.variants.push_back({name, {}});
  }
  return result;
}

std::vector<double> around(double mean, std::uint64_t stream, double sd = 0.002) {
  Rng random(7, Purpose::test, stream);
  std::vector<double> values;
  for (int i = 0; i < 5; ++i) values.push_back(mean + sd * static_cast<double>(random.normal()));
  return values;
}

TEST(BestSentence, FollowsTheNumbers) {
  const StudyResult result = result_of({{"keep", around(0.90, 1)}, {"double", around(0.95, 2)}});
  const std::string text = best_sentence(result, accuracy, "At equal cost");
  EXPECT_EQ(text.find("At equal cost: double has the best accuracy (9"), 0U) << text;
  EXPECT_NE(text.find("It beats keep by "), std::string::npos) << text;
  const StudyResult opposite = result_of({{"keep", around(0.95, 2)}, {"double", around(0.90, 1)}});
  const std::string other = best_sentence(opposite, accuracy, "At equal cost");
  EXPECT_EQ(other.find("At equal cost: keep has the best accuracy"), 0U) << other;
  EXPECT_NE(other.find("It beats double by "), std::string::npos) << other;
}

TEST(BestSentence, SaysThatNoiseIsNotEnough) {
  const StudyResult result = result_of({{"keep", around(0.9, 1)}, {"double", around(0.9, 2)}});
  const std::string text = best_sentence(result, accuracy, "Now");
  EXPECT_NE(text.find("5 seeds cannot tell it from "), std::string::npos) << text;
  EXPECT_EQ(text.find("beats"), std::string::npos) << text;
}

TEST(BestSentence, NamesVariantsOfWhichNothingLearned) {
  const double none = std::nan("");
  const StudyResult result =
      result_of({{"zero", {none, none, none, none, none}}, {"kaiming", around(0.9, 2)}});
  const std::string text = best_sentence(result, accuracy, "Now");
  EXPECT_NE(text.find("All trainings of zero failed there."), std::string::npos) << text;
  EXPECT_EQ(text.find("cannot tell"), std::string::npos) << text;
  const StudyResult nothing = result_of({{"a", {none}}, {"b", {none}}});
  EXPECT_EQ(best_sentence(nothing, accuracy, "Now"), "Now: no variant learned with two seeds or more, so none can be called the best.");
}

TEST(Failures, AreCounted) {
  const double none = std::nan("");
  const StudyResult result = result_of({{"a", {0.5, none, none}}, {"b", {0.5, 0.6, 0.7}}});
  EXPECT_EQ(failures(result), (std::vector<std::string>{"a collapsed in 2 of 3 seeds."}));
  const Table table = outcome_table(result, {accuracy});
  EXPECT_EQ(table.header.back(), "diverged");
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"a", "50.00 %", "2 of 3", "0 of 3"}));
}

/// Two networks with two rates each.
StudyResult crossed_result(const std::vector<std::vector<double>>& values) {
  StudyResult result = result_of({{"0", values[0]}, {"1", values[1]}, {"2", values[2]}, {"3", values[3]}});
  result.spec.variants =
      crossed({{"a", {{"widths", "keep"}}}, {"b", {{"widths", "double"}}}}, {"lr", {"0.1", "0.2"}});
  return result;
}

TEST(Crossed, CombinesVariantsWithValues) {
  const std::vector<StudyVariant> all = crossed({{"a", {}}, {"b", {}}}, {"lr", {"0.1", "0.2"}});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[3].name, "b, lr 0.2");
  EXPECT_EQ(setting_of(all[3], "lr"), "0.2");
}

TEST(Only, TakesTheVariantsOfOneValue) {
  const StudyResult result = only(crossed_result({{1}, {2}, {3}, {4}}), "lr", "0.2");
  ASSERT_EQ(result.spec.variants.size(), 2U);
  EXPECT_EQ(result.spec.variants[1].name, "b");
  EXPECT_EQ(result.runs[1].values.at("accuracy"), 4);
}

TEST(Tuned, ChoosesTheValueBySeedsThatItDoesNotReport) {
  // Variant a is better with 0.2 for all seeds but the first, whose best rate is 0.1.
  const StudyResult result =
      crossed_result({{0.9, 0.1, 0.1}, {0.2, 0.6, 0.6}, {0.5, 0.5, 0.5}, {0.4, 0.4, 0.4}});
  const Tuned found = tuned(result, "lr", accuracy);
  ASSERT_EQ(found.result.spec.variants.size(), 2U);
  EXPECT_EQ(found.result.spec.variants[0].name, "a");
  std::vector<double> values;
  for (const StudyRun& run : found.result.runs) values.push_back(run.values.at("accuracy"));
  // Seed 0 takes the rate of seeds 1 and 2, although its own best is 0.9. Seeds 1 and 2 see 0.5 against 0.4.
  EXPECT_EQ(values, (std::vector<double>{0.2, 0.1, 0.1, 0.5, 0.5, 0.5}));
  EXPECT_EQ(found.chosen[1], "0.1");
}

TEST(Tuned, AvoidsValuesAtWhichHalfFailed) {
  const double none = std::nan("");
  const StudyResult result =
      crossed_result({{0.9, none, none}, {0.2, 0.3, 0.2}, {0.5, 0.5, 0.5}, {0.4, 0.4, 0.4}});
  EXPECT_EQ(tuned(result, "lr", accuracy).chosen[0], "0.2");
}

TEST(Series, CountsBatchesToALoss) {
  store::RunRecords run;
  for (int i = 0; i < 50; ++i) run.steps.push_back({.step = i, .training = true, .loss = i < 10 ? 1.0 : 0.0});
  const std::optional<std::int64_t> batches = batches_to_loss(run, 0.5);
  ASSERT_TRUE(batches);
  EXPECT_GT(*batches, 12);  // the average needs some batches to follow
  EXPECT_LT(*batches, 20);
  EXPECT_FALSE(batches_to_loss(run, -1));
  for (const double loss : smoothed({4, 4, 4})) EXPECT_NEAR(loss, 4, 1e-12);
  EXPECT_EQ(late_noise(run), 0.0);
  for (std::size_t i = 0; i < run.steps.size(); i += 2) run.steps[i].loss += 1;
  EXPECT_NEAR(*late_noise(run), 0.5, 0.1);
  run.steps.resize(4);
  EXPECT_FALSE(late_noise(run)) << "too few losses for a trend";
}

}  // namespace
}  // namespace lehr::labs
