// A Predictor owns its model, can be moved, and can be used from several threads.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/predictor.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

Model some_model(std::uint64_t seed = 1) {
  Model model{models::simple_cnn({.batch_norm = true}), nullptr, {}, {}};
  model.preprocessing = {.shape = {1, 28, 28}, .normalisation = {.mean = {0.3F}, .std = {0.4F}}};
  for (int i = 0; i < 10; ++i) model.class_names.push_back(std::to_string(i));
  model.parameters = std::make_shared<Parameters>(model.graph, cpu_backend());
  initialise(*model.parameters, model.graph, Initialisation::kaiming_normal, seed);
  return model;
}

std::shared_ptr<const Dataset> some_digits() { return data::digits({.train = 100, .valid = 40}).valid; }

const std::vector<std::int64_t> samples{3, 1, 4, 1, 5, 9, 2};

std::vector<float> expected() {
  const Model model = some_model();
  return Predictor(model, 4).probabilities(*some_digits(), samples);
}

TEST(Predictor, OutlivesItsModel) {
  auto model = std::make_unique<Model>(some_model());
  const Predictor predictor(*model, 4);
  Model elsewhere = std::move(*model);
  model.reset();
  elsewhere = some_model(2);
  EXPECT_EQ(predictor.probabilities(*some_digits(), samples), expected());
  EXPECT_EQ(Predictor(some_model(), 4).probabilities(*some_digits(), samples), expected());
}

TEST(Predictor, Moves) {
  Predictor first(some_model(), 4);
  first.probabilities(*some_digits(), samples);  // so that it has plans
  std::vector<Predictor> list;
  list.push_back(std::move(first));
  EXPECT_EQ(list.front().probabilities(*some_digits(), samples), expected());
  EXPECT_THROW(first.probabilities(*some_digits(), samples), BadInput);  // NOLINT(bugprone-use-after-move)
  first = Predictor(some_model(), 4);
  EXPECT_EQ(first.probabilities(*some_digits(), samples), expected());
}

TEST(Predictor, ServesSeveralThreads) {
  const auto digits = some_digits();
  const Predictor predictor(some_model(), 4);
  const std::vector<float> right = expected();
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<float>& result : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        result = predictor.probabilities(*digits, samples);
        if (result != right) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& result : found) EXPECT_EQ(result, right);
}

TEST(Predictor, OfOneModelWorkSideBySide) {
  const auto digits = some_digits();
  const Model model = some_model();
  const std::vector<float> right = expected();
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<float>& result : found) {
    threads.emplace_back([&] { result = Predictor(model, 4).probabilities(*digits, samples); });
  }
  const Evaluation evaluation = evaluate(model, *digits, 8);
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& result : found) EXPECT_EQ(result, right);
  EXPECT_EQ(evaluation.samples, 40);
}

TEST(Predictor, RefusesImagesOfAnotherSize) {
  const Predictor predictor(some_model());
  const MemoryDataset small({1, 8, 8}, std::vector<std::uint8_t>(64), {0}, {"a"});
  try {
    predictor.probabilities(small, std::vector<std::int64_t>{0});
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_STREQ(error.what(), "the model takes 1x28x28 images, the data has 1x8x8");
  }
  EXPECT_THROW(predictor.probabilities(*some_digits(), std::vector<std::int64_t>{40}), BadInput);
  EXPECT_THROW(predictor.probabilities(*some_digits(), std::vector<std::int64_t>{-1}), BadInput);
  EXPECT_THROW(Predictor(some_model(), 0), BadInput);
  EXPECT_TRUE(predictor.probabilities(std::vector<std::uint8_t>{}).empty());
}

}  // namespace
}  // namespace lehr
