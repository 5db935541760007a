#include "trial/answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lehr::trial {
namespace {

constexpr std::size_t classes = 10;

StudyRun run_of(std::size_t variant, std::uint64_t seed, double accuracy, double valid_loss) {
  StudyRun run{.variant = variant, .seed = seed};
  run.values = {{"accuracy", accuracy}, {"valid_loss", valid_loss}, {"train_loss", valid_loss}};
  return run;
}

StudyRun diverged(std::size_t variant, std::uint64_t seed) {
  return {.variant = variant, .seed = seed, .diverged = true};
}

/// The answer to trainings with seeds 0, 1, ...: first all without the cure, then all with it.
TrialResult answer_to(std::vector<StudyRun> runs, const std::string& measure = {}) {
  TrialResult result;
  result.study.spec.variants = {{"without the cure", {}}, {"lr=0.1", {{"lr", "0.1"}}}};
  result.study.spec.seeds = {0, 1, 2};
  result.study.runs = std::move(runs);
  set_answer(result, measure, classes);
  return result;
}

TrialResult accuracies(const std::vector<double>& without, const std::vector<double>& with) {
  std::vector<StudyRun> runs;
  for (std::size_t i = 0; i < without.size(); ++i)
    runs.push_back(run_of(0, i, without[i], 1 + 0.01 * without[i]));
  for (std::size_t i = 0; i < with.size(); ++i) runs.push_back(run_of(1, i, with[i], 1 - 0.02 * with[i]));
  return answer_to(std::move(runs));
}

TEST(Answer, ACureHelpsIfTheIntervalIsAboveZero) {
  const TrialResult found = accuracies({0.80, 0.81, 0.79}, {0.90, 0.92, 0.91});
  EXPECT_EQ(found.answer, Answer::helps);
  EXPECT_GT(found.analysis.comparisons.front().interval.low, 0);
  EXPECT_NE(
      found.sentence.find("the cure helps: accuracy is 80.00 % without it and 91.00 % with it: a difference "
                          "of 11.00 points (95 % interval "),
      std::string::npos)
      << found.sentence;
}

TEST(Answer, ACureThatHarmsDoesNotHelp) {
  EXPECT_EQ(accuracies({0.90, 0.92, 0.91}, {0.80, 0.81, 0.79}).answer, Answer::does_not_help);
}

TEST(Answer, ACureThatGainsLessThanATenthOfWhatIsMissingDoesNotHelp) {
  // 89 points are missing. The interval includes zero and ends far below 8.9 points.
  EXPECT_EQ(accuracies({0.10, 0.11, 0.12}, {0.11, 0.11, 0.115}).answer, Answer::does_not_help);
  // The same difference where little is missing may matter.
  EXPECT_EQ(accuracies({0.97, 0.98, 0.99}, {0.985, 0.98, 0.985}).answer, Answer::cannot_tell);
}

TEST(Answer, AWideIntervalCannotTell) {
  EXPECT_EQ(accuracies({0.10, 0.90, 0.50}, {0.90, 0.91, 0.92}).answer, Answer::cannot_tell);
}

TEST(Answer, DivergedTrainingsCountAsGuessing) {
  const TrialResult found =
      answer_to({diverged(0, 0), diverged(0, 1), diverged(0, 2), run_of(1, 0, 0.90, 0.3),
                 run_of(1, 1, 0.93, 0.2), run_of(1, 2, 0.92, 0.25)});
  EXPECT_EQ(found.answer, Answer::helps);
  EXPECT_DOUBLE_EQ(found.analysis.summaries.front().mean, 0.1);
  EXPECT_NE(found.sentence.find("; 3 of 3 diverged without it"), std::string::npos) << found.sentence;
}

TEST(Answer, CollapsedTrainingsCountWithTheirValues) {
  std::vector<StudyRun> runs{run_of(0, 0, 0.10, 2.3), run_of(0, 1, 0.09, 2.4), run_of(0, 2, 0.11, 2.3),
                             run_of(1, 0, 0.90, 0.3), run_of(1, 1, 0.93, 0.2), run_of(1, 2, 0.92, 0.3)};
  for (std::size_t i = 0; i < 3; ++i) runs[i].collapsed = true;
  const TrialResult found = answer_to(runs);
  EXPECT_EQ(found.answer, Answer::helps);
  EXPECT_TRUE(found.study.runs[0].collapsed);
  EXPECT_NE(found.sentence.find("; 3 of 3 learned nothing without it"), std::string::npos) << found.sentence;
}

TEST(Answer, ACureWithWhichNothingIsLearnedDoesNotHelp) {
  std::vector<StudyRun> runs{run_of(0, 0, 0.10, 500), diverged(0, 1),           run_of(0, 2, 0.10, 2.4),
                             diverged(1, 0),          run_of(1, 1, 0.10, 2.31), run_of(1, 2, 0.12, 2.33)};
  for (StudyRun& run : runs) run.collapsed = !run.diverged;
  const TrialResult found = answer_to(runs);
  EXPECT_EQ(found.answer, Answer::does_not_help);
  EXPECT_EQ(found.analysis.measure.name, "accuracy");
}

TEST(Answer, EqualTrainingsShowThatItDoesNotHelp) {
  const TrialResult found = answer_to(
      {diverged(0, 0), diverged(0, 1), diverged(0, 2), diverged(1, 0), diverged(1, 1), diverged(1, 2)});
  EXPECT_EQ(found.answer, Answer::does_not_help);
  EXPECT_NE(found.sentence.find("the same with each seed"), std::string::npos) << found.sentence;
}

TEST(Answer, ACureWithoutAnyEffectDoesNotHelp) {
  const TrialResult found =
      answer_to({run_of(0, 0, 0.7, 1.0), run_of(0, 1, 0.8, 0.9), run_of(0, 2, 0.9, 0.8),
                 run_of(1, 0, 0.7, 1.0), run_of(1, 1, 0.8, 0.9), run_of(1, 2, 0.9, 0.8)});
  EXPECT_EQ(found.answer, Answer::does_not_help);
  EXPECT_NE(found.sentence.find("the same with each seed"), std::string::npos) << found.sentence;
}

TEST(Answer, LossesDecideIfAccuraciesDoNotDifferBetweenSeeds) {
  const TrialResult found =
      answer_to({run_of(0, 0, 0.5, 1.0), run_of(0, 1, 0.5, 1.1), run_of(0, 2, 0.5, 1.2),
                 run_of(1, 0, 0.75, 0.5), run_of(1, 1, 0.75, 0.55), run_of(1, 2, 0.75, 0.65)});
  EXPECT_EQ(found.analysis.measure.name, "valid_loss");
  EXPECT_EQ(found.answer, Answer::helps);
}

TEST(Answer, TheTrainingLossDecidesWithoutValidation) {
  std::vector<StudyRun> runs{run_of(0, 0, 0, 1.0), run_of(0, 1, 0, 1.1),  run_of(0, 2, 0, 1.2),
                             run_of(1, 0, 0, 0.5), run_of(1, 1, 0, 0.55), run_of(1, 2, 0, 0.65)};
  for (StudyRun& run : runs) run.values = {{"train_loss", run.values["train_loss"]}};
  const TrialResult found = answer_to(runs);
  EXPECT_EQ(found.analysis.measure.name, "train_loss");
  EXPECT_EQ(found.answer, Answer::helps);
}

TEST(Answer, TheMeasureOfTheTrialDecides) {
  const std::vector<StudyRun> runs{run_of(0, 0, 0.9, 1.0),   run_of(0, 1, 0.91, 1.1),
                                   run_of(0, 2, 0.92, 1.2),  run_of(1, 0, 0.8, 0.5),
                                   run_of(1, 1, 0.83, 0.55), run_of(1, 2, 0.81, 0.65)};
  EXPECT_EQ(answer_to(runs).answer, Answer::does_not_help);
  EXPECT_EQ(answer_to(runs, "valid_loss").answer, Answer::helps);
}

}  // namespace
}  // namespace lehr::trial
