#include <gtest/gtest.h>

#include "lehr/core/error.hpp"
#include "lehr/inference/predictor.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

Model new_model() {
  const Graph graph = models::simple_cnn({.in = {1, 28, 28}, .classes = 3});
  Model model{graph,
              std::make_shared<Parameters>(graph, cpu_backend()),
              {"a", "b", "c"},
              {.shape = {1, 28, 28}, .normalisation = {{0.5F}, {0.25F}}}};
  cpu_backend().fill(model.parameters->values(), 0.01F);
  return model;
}

Image coloured(std::int64_t width, std::int64_t height) {
  Image image{.width = width, .height = height, .channels = 3, .pixels = {}};
  for (std::int64_t i = 0; i < width * height * 3; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  }
  return image;
}

TEST(MostProbable, SortsAndKeepsTheOrderOfEqualOnes) {
  const std::vector<std::string> names{"a", "b", "c", "d"};
  const auto top = most_probable(std::vector{0.1F, 0.4F, 0.1F, 0.4F}, names, 3);
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].name, "b");
  EXPECT_EQ(top[1].name, "d");
  EXPECT_EQ(top[2].name, "a");
  EXPECT_FLOAT_EQ(static_cast<float>(top[2].probability), 0.1F);
  EXPECT_EQ(most_probable(std::vector{0.1F, 0.4F, 0.1F, 0.4F}, names, 9).size(), 4U);
  EXPECT_THROW(most_probable(std::vector{0.1F}, names, 1), BadInput);
}

TEST(Classify, EqualsTheProbabilitiesOfTheFittedPicture) {
  const Model model = new_model();
  const Predictor predictor(model);
  const Image picture = coloured(50, 20);
  const std::vector<float> expected = predictor.probabilities(fitted(picture, model.preprocessing).pixels);
  const auto top = predictor.classify(picture, 2);
  ASSERT_EQ(top.size(), 2U);
  const auto all = most_probable(expected, std::vector<std::string>{"a", "b", "c"}, 2);
  EXPECT_EQ(top[0].name, all[0].name);
  EXPECT_EQ(top[0].probability, all[0].probability);
}

}  // namespace
}  // namespace lehr
