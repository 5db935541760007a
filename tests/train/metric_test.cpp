#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/metrics/set_review.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/huge_memory.hpp"

namespace lehr {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Scored {
  std::vector<float> scores;
  std::vector<std::int64_t> targets;
  std::int64_t classes;
};

/// The value with batches of that size.
double measured(Metric& metric, const Scored& all, std::size_t batch_size) {
  metric.start(all.classes);
  const auto width = static_cast<std::size_t>(all.classes);
  for (std::size_t at = 0; at < all.targets.size(); at += batch_size) {
    const std::size_t size = std::min(batch_size, all.targets.size() - at);
    metric.add({std::span(all.scores).subspan(at * width, size * width),
                std::span(all.targets).subspan(at, size), all.classes});
  }
  return metric.value();
}

TEST(Metrics, AreThoseOfTheGoldensWhateverTheBatchSize) {
  std::ifstream file(LEHR_SOURCE_DIR "/tests/train/goldens/metrics.json");
  const nlohmann::json goldens = nlohmann::json::parse(file);
  for (const nlohmann::json& golden : goldens) {
    const Scored all{golden["scores"], golden["targets"], golden["classes"]};
    for (const auto& [name, value] : golden["values"].items()) {
      const std::unique_ptr<Metric> metric = metric_by_name(name);
      EXPECT_EQ(metric->name(), name);
      for (const std::size_t batch_size : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        EXPECT_NEAR(measured(*metric, all, batch_size), value.get<double>(), 1e-9)
            << name << " " << all.classes;
      }
    }
  }
}

TEST(Metrics, CountTiesAndNan) {
  const Scored ties{{1, 1, 0, 1, 1, 0}, {0, 1}, 3};
  ConfusionMatrix matrix;
  EXPECT_EQ(measured(matrix, ties, 2), 0.5) << "the first of equal scores counts";
  TopKAccuracy top(1);
  EXPECT_EQ(measured(top, ties, 2), 0) << "the true class comes last of equal ones";
  const Scored broken{{nan, 1, 0, 0, nan, 1}, {1, 2}, 3};
  EXPECT_EQ(measured(matrix, broken, 2), 0);
  EXPECT_EQ(matrix.of_class(1), 1);
  TopKAccuracy two(2);
  EXPECT_EQ(measured(two, broken, 2), 0);
  Auroc auroc;
  EXPECT_TRUE(std::isnan(measured(auroc, broken, 2)));
}

// The logarithm of a sum of exponentials is lost next to scores of 1e18.
TEST(Metrics, KeepTheirDigitsBesideLargeScores) {
  const std::vector<float> scores{1e18F, 1e18F, 1e18F, 0, 1, 0, 0, 0, 1};
  const std::vector<std::int64_t> targets{0, 1, 2};
  CrossEntropyLoss loss;
  const double second = std::log(std::exp(1.0) + 2) - 1;
  EXPECT_NEAR(measured(loss, {scores, targets, 3}, 3), (std::log(3.0) + 2 * second) / 3, 1e-12);
  Auroc auroc;  // a third for each class, not 1 for each
  EXPECT_NEAR(measured(auroc, {scores, targets, 3}, 3), 1, 1e-12);
}

TEST(Metrics, AreNotNumbersWithoutSamples) {
  for (const std::string& name : metric_names()) {
    const std::unique_ptr<Metric> metric = metric_by_name(name);
    metric->start(10);
    EXPECT_TRUE(std::isnan(metric->value())) << name;
  }
}

TEST(Metrics, RefuseWhatCannotBeHad) {
  EXPECT_THROW(metric_by_name("acuracy"), BadInput);
  EXPECT_THROW(metric_by_name("top_0_accuracy"), BadInput);
  EXPECT_THROW(metric_by_name("top__accuracy"), BadInput);
  EXPECT_THROW(TopKAccuracy(5).start(3), BadInput);
  EXPECT_EQ(metric_by_name("top_3_accuracy")->name(), "top_3_accuracy");
}

TEST(SetReview, KeepsTheConfusionAndTheSamplesWithTheHighestLoss) {
  SetReview review;
  review.start(2);
  EXPECT_TRUE(review.empty());
  std::vector<float> scores;
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 60; ++i) {  // the higher the number, the higher the loss
    scores.insert(scores.end(), {0, static_cast<float>(i) / 10 - 3});
    targets.push_back(0);
    samples.push_back(100 + i);
  }
  for (std::size_t at = 0; at < 60; at += 20) {
    review.add(std::span(samples).subspan(at, 20),
               {std::span(scores).subspan(2 * at, 40), std::span(targets).subspan(at, 20), 2});
  }
  EXPECT_EQ(review.confusion().count(0, 0), 31);
  EXPECT_EQ(review.confusion().count(0, 1), 29);
  ASSERT_EQ(review.worst().size(), 24U);
  EXPECT_EQ(review.worst()[0].sample, 159);
  EXPECT_EQ(review.worst()[0].predicted, 1);
  EXPECT_NEAR(review.worst()[0].loss, std::log(1 + std::exp(2.9)), 1e-6);
  EXPECT_NEAR(review.worst()[0].probability, 1 / (1 + std::exp(-2.9)), 1e-6);
  EXPECT_EQ(review.worst()[23].sample, 136);
}

TEST(SetReview, PassesOverClassesThatThereAreNot) {
  SetReview review;
  review.start(2);
  const std::vector<std::int64_t> targets{0, 2, -1, 1};
  const std::vector<std::int64_t> samples{0, 1, 2, 3};
  const std::vector<float> scores{1, 0, 1, 0, 1, 0, 1, 0};
  review.add(samples, {scores, targets, 2});
  EXPECT_EQ(review.confusion().count(0, 0), 1);
  EXPECT_EQ(review.confusion().count(1, 0), 1);
  ASSERT_EQ(review.worst().size(), 2U);
  EXPECT_EQ(review.worst()[0].sample, 3);
}

TEST(ConfusionMatrix, RefusesMoreClassesThanFitIntoMemory) {
  if (!test::huge_allocations_throw) GTEST_SKIP() << "sanitizers end a process that asks for too much";
  ConfusionMatrix matrix;
  for (const std::int64_t classes : {std::int64_t{10'000'000}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_THROW(matrix.start(classes), BadInput) << classes;
  }
  EXPECT_EQ(matrix.classes(), 0);
}

TEST(ConfusionMatrix, NamesTheMostConfused) {
  ConfusionMatrix matrix;
  measured(matrix, {{0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, {0, 0, 1, 0}, 3}, 4);
  EXPECT_EQ(matrix.count(0, 1), 2);
  EXPECT_EQ(matrix.count(1, 2), 1);
  EXPECT_EQ(matrix.taken_for(1), 2);
  EXPECT_DOUBLE_EQ(matrix.recall(0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(matrix.precision(1), 0);
  const auto confused = matrix.most_confused();
  ASSERT_EQ(confused.size(), 2U);
  EXPECT_EQ(confused[0].truth, 0);
  EXPECT_EQ(confused[0].count, 2);
  EXPECT_EQ(matrix.most_confused(2).size(), 1U);
}

TEST(Metrics, BelongToALearner) {
  Learner learner(models::simple_cnn({.batch_norm = true}), data::digits({.train = 300, .valid = 70}),
                  {.batch_size = 32});
  learner.add_metric(ConfusionMatrix());
  const Auroc& auroc = learner.add_metric(Auroc());
  learner.add_metric(metric_by_name("top_3_accuracy"));
  EXPECT_THROW(learner.add_metric(Auroc()), BadInput);
  EXPECT_THROW(learner.add_metric(TopKAccuracy(11)), BadInput);
  learner.fit(1, 1e-2);
  const EpochRecord& record = learner.history().back();
  ASSERT_EQ(record.valid.others.size(), 3U);
  EXPECT_DOUBLE_EQ(monitored(record, "valid_accuracy"), record.valid.accuracy);
  EXPECT_DOUBLE_EQ(monitored(record, "valid_auroc"), auroc.value());
  EXPECT_GE(monitored(record, "valid_top_3_accuracy"), record.valid.accuracy);
}

}  // namespace
}  // namespace lehr
