// The scores of a picture are the same bits in the validation of a training, in evaluate and in predictions,
// for batches of any size.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "lehr/core/thread_scope.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/predictor.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "metrics/soft_max.hpp"
#include "support/formula.hpp"

namespace lehr {
namespace {

using Values = std::vector<float>;

constexpr std::int64_t count = 67;  // a batch of 64 and one of 3
constexpr std::int64_t classes = 10;

DataSplits some_pictures(const Shape& shape) {
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < count; ++i) {
    Sample sample;
    sample.label = i % classes;
    std::uint32_t at = 0;
    for (std::uint8_t& value : sample.picture.reset(shape)) {
      value = static_cast<std::uint8_t>(test::formula_word(static_cast<std::uint32_t>(i), at++) & 255U);
    }
    samples.push_back(std::move(sample));
  }
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
  const auto set = std::make_shared<PictureDataset>(std::move(samples), std::move(names));
  return {"", set, set};
}

/// Keeps the scores that it receives.
class Scores final : public Metric {
 public:
  std::string name() const override { return "scores"; }
  void start(std::int64_t) override { all.clear(); }
  void add(const ScoredBatch& batch) override {
    all.insert(all.end(), batch.scores.begin(), batch.scores.end());
  }
  double value() const override { return 0; }
  Values all;
};

Values evaluated(const Model& model, const Dataset& data, std::int64_t batch_size) {
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(std::make_unique<Scores>());
  evaluate(model, data, batch_size, metrics);
  return dynamic_cast<Scores&>(*metrics.front()).all;
}

Values probabilities_of(const Values& scores) {
  Values probabilities;
  for (std::size_t at = 0; at < scores.size(); at += classes) {
    const auto row = std::span(scores).subspan(at, classes);
    const SoftMax of_sample(row);
    for (const float score : row) probabilities.push_back(static_cast<float>(of_sample.probability(score)));
  }
  return probabilities;
}

struct Case {
  std::string name;
  Shape image;
  std::function<Graph(const Shape&)> make;
  int threads = 1;
};

class SameScores : public testing::TestWithParam<Case> {};

TEST_P(SameScores, InValidationEvaluationAndPredictionForAnyBatch) {
  const ThreadScope threads(GetParam().threads);
  const DataSplits data = some_pictures(GetParam().image);
  LearnerOptions options;
  options.batch_size = 64;
  options.threads = GetParam().threads;
  Learner learner(GetParam().make(GetParam().image), data, options);
  Values validated;
  learner.on(Event::after_predict, [&](Learner& l) {
    if (l.progress().training) return;
    const std::span<const float> scores = l.step().scores();
    validated.insert(validated.end(), scores.begin(), scores.end());
  });
  learner.fit(1, 1e-3);
  ASSERT_EQ(std::ssize(validated), count * classes);

  const auto names = data.valid->class_names();
  const Model model{learner.model(),
                    std::shared_ptr<Parameters>(std::shared_ptr<void>(), &learner.parameters()),
                    {names.begin(), names.end()},
                    learner.preprocessing()};
  for (const std::int64_t batch_size : {1, 2, 7, 64, 512}) {
    EXPECT_EQ(evaluated(model, *data.valid, batch_size), validated) << "evaluate, batch " << batch_size;
  }
  const Values expected = probabilities_of(validated);
  std::vector<std::int64_t> samples(count);
  std::iota(samples.begin(), samples.end(), 0);
  std::vector<Image> pictures(count);
  for (std::size_t i = 0; i < pictures.size(); ++i) data.valid->read(samples[i], pictures[i]);
  for (const std::int64_t batch_size : {1, 2, 7, 64, 512}) {
    const Predictor predictor(model, batch_size);
    EXPECT_EQ(predictor.probabilities(*data.valid, samples), expected) << "samples, batch " << batch_size;
    EXPECT_EQ(predictor.probabilities(pictures), expected) << "pictures, batch " << batch_size;
  }
}

Graph small_cnn(const Shape& in) {
  return models::simple_cnn({.in = in, .classes = classes, .batch_norm = true});
}
Graph small_residual(const Shape& in) { return models::resnet_small({.in = in, .classes = classes}); }
/// Wide enough for oneDNN's kernels in every layer.
Graph wide_residual(const Shape& in) {
  return models::resnet_small({.in = in, .classes = classes, .widths = {32, 64, 128}});
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int threads : {1, 2, 3}) {
    const std::string suffix = "On" + std::to_string(threads);
    all.push_back({"SimpleCnn" + suffix, {1, 28, 28}, small_cnn, threads});
    all.push_back({"ResnetSmall" + suffix, {3, 16, 16}, small_residual, threads});
    all.push_back({"ResnetWide" + suffix, {3, 12, 12}, wide_residual, threads});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Networks, SameScores, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace lehr
