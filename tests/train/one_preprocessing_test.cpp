// One preprocessing: the network sees the same bits of a picture in training, validation, evaluation,
// prediction, activations and the report's pictures, and after the model was saved and loaded.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "callbacks/run_pictures.hpp"
#include "data/pictures.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/predictor.hpp"
#include "lehr/train/learner.hpp"
#include "metrics/soft_max.hpp"
#include "support/mixed_pictures.hpp"

namespace lehr {
namespace {

using Values = std::vector<float>;

constexpr std::int64_t count = 24;
const Shape input_shape{3, 6, 5};
constexpr std::int64_t input_size = 3 * 6 * 5;

/// A network whose scores are its input: one class per value.
Graph identity() {
  Graph graph("identity");
  const NodeId images = graph.input("images", {DType::f32, {1, 3, 6, 5}});
  graph.add(ops::Flatten(), {images}, "flat");
  return graph;
}

std::shared_ptr<const Dataset> pictures_of_many_classes() {
  const auto mixed = test::mixed_pictures(count);
  std::vector<Sample> samples(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    Sample& sample = samples[static_cast<std::size_t>(i)];
    mixed->read(i, sample.picture);
    sample.label = i;
  }
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < input_size; ++i) names.push_back(std::to_string(i));
  return std::make_shared<PictureDataset>(std::move(samples), std::move(names));
}

/// Flattened values are ordered by channel. In a picture, the channels of a pixel are adjacent.
Values channels_last(std::span<const float> values) {
  Values picture;
  const std::size_t positions = values.size() / 3;
  for (std::size_t at = 0; at < positions; ++at) {
    for (std::size_t channel = 0; channel < 3; ++channel) picture.push_back(values[channel * positions + at]);
  }
  return picture;
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

class OnePreprocessing : public testing::TestWithParam<Fit> {
 protected:
  OnePreprocessing() {
    options_.batch_size = 7;
    options_.sampler.name = "sequential";
    options_.preprocessing.fit = GetParam();
    learner_ = std::make_unique<Learner>(identity(), DataSplits{"", data_, data_}, options_);
    learner_->on(Event::after_predict, [this](Learner& l) {
      const std::span<const float> scores = l.step().scores();
      Values& seen = l.progress().training ? trained_ : validated_;
      seen.insert(seen.end(), scores.begin(), scores.end());
      pictures_ = run_pictures::samples(l);
    });
    learner_->fit(1, 1e-3);
  }

  Model saved_model() const {
    const auto file = std::filesystem::path(testing::TempDir()) /
                      ("lehr_one_preprocessing_" + std::to_string(static_cast<int>(GetParam())) + "_" +
                       std::to_string(getpid()) + ".safetensors");
    learner_->save(file);
    Model model = load_model(file);
    std::filesystem::remove(file);
    return model;
  }

  std::shared_ptr<const Dataset> data_ = pictures_of_many_classes();
  LearnerOptions options_;
  std::unique_ptr<Learner> learner_;
  Values trained_;
  Values validated_;
  std::vector<store::Picture> pictures_;  // of the report, of the last batch
  std::vector<std::int64_t> all_ = [] {
    std::vector<std::int64_t> samples(static_cast<std::size_t>(count));
    std::iota(samples.begin(), samples.end(), 0);
    return samples;
  }();
};

TEST_P(OnePreprocessing, TrainsValidatesAndEvaluatesOnTheSameBits) {
  ASSERT_EQ(std::ssize(trained_), count * input_size);
  EXPECT_EQ(validated_, trained_);
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(std::make_unique<Scores>());
  evaluate(saved_model(), *data_, 5, metrics);
  EXPECT_EQ(dynamic_cast<Scores&>(*metrics.front()).all, trained_);
}

TEST_P(OnePreprocessing, ShowsActivationsOfTheSameBits) {
  const Model model = saved_model();
  const auto outputs =
      activations(model.graph, *model.parameters, model.preprocessing, data_, all_, {.layers = {"flat"}});
  ASSERT_EQ(outputs.size(), 1U);
  const auto values = outputs[0].values.elements<float>();
  EXPECT_EQ(Values(values.begin(), values.end()), trained_);
}

TEST_P(OnePreprocessing, PredictsFromTheSameBits) {
  Values expected;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto scores =
        std::span<const float>(trained_).subspan(static_cast<std::size_t>(i * input_size), input_size);
    const SoftMax of_sample(scores);
    for (const float score : scores) expected.push_back(static_cast<float>(of_sample.probability(score)));
  }
  const Model model = saved_model();
  const Predictor predictor(model, 5);
  EXPECT_EQ(predictor.probabilities(*data_, all_), expected) << "samples";
  std::vector<Image> pictures(all_.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) data_->read(all_[i], pictures[i]);
  EXPECT_EQ(predictor.probabilities(pictures), expected) << "pictures";
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Image fits = fitted(pictures[i], model.preprocessing);
    const auto row = std::span<const float>(expected).subspan(i * input_size, input_size);
    EXPECT_EQ(predictor.classify(pictures[i], 1).front().probability,
              static_cast<double>(std::ranges::max(row)));
    if (fits.bits != 8) continue;
    EXPECT_EQ(predictor.probabilities(fits.pixels), Values(row.begin(), row.end())) << "bytes";
  }
}

TEST_P(OnePreprocessing, ReportsThePicturesThatTheNetworkSees) {
  const std::int64_t first = count - std::ssize(pictures_);
  for (std::int64_t i = first; i < count; ++i) {
    const Image shown = pictures::sample(*data_, i, learner_->preprocessing());
    EXPECT_EQ(shown.shape(), input_shape);
    Image picture;
    data_->read(i, picture);
    const Image fits = fitted(picture, learner_->preprocessing());
    if (fits.bits == 8) {
      EXPECT_EQ(shown, fits);
    }
    const auto values =
        std::span<const float>(trained_).subspan(static_cast<std::size_t>(i * input_size), input_size);
    const Image of_input = pictures::input(channels_last(values), learner_->preprocessing());
    EXPECT_EQ(of_input, shown);
    EXPECT_EQ(pictures_[static_cast<std::size_t>(i - first)].png, pictures::png(of_input));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFit, OnePreprocessing, testing::Values(Fit::stretch, Fit::crop, Fit::pad));

}  // namespace
}  // namespace lehr
