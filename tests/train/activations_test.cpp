// activations() returns the layers' outputs in PyTorch's order.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

struct Setting {
  DataSplits data = data::digits({.train = 100, .valid = 20});
  Learner learner{models::simple_cnn({}), data, {.batch_size = 10}};

  std::vector<LayerOutput> of(const std::vector<std::int64_t>& samples,
                              const ActivationsOptions& options = {}) {
    return activations(learner.model(), learner.parameters(), learner.preprocessing(), data.valid, samples,
                       options);
  }
};

// The first convolution, computed by hand.
TEST(Activations, AreThoseOfTheFormula) {
  Setting setting;
  const auto outputs = setting.of({3, 7}, {.layers = {"0"}, .before_activation = true});
  ASSERT_EQ(outputs.size(), 1U);
  const Tensor& values = outputs[0].values;
  ASSERT_EQ(values.shape(), (Shape{2, 8, 14, 14}));
  const Tensor weight = setting.learner.parameters().get("0.weight");
  const Tensor bias = setting.learner.parameters().get("0.bias");
  Image picture;
  setting.data.valid->read(7, picture);
  const std::vector<std::uint8_t>& pixels = picture.pixels;
  const Normalisation& norm = setting.learner.preprocessing().normalisation;
  const int y = 4;
  const int x = 9;
  const int channel = 5;
  double sum = static_cast<double>(bias.elements<float>()[channel]);
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 5; ++j) {
      const int row = 2 * y + i - 2;
      const int column = 2 * x + j - 2;
      if (row < 0 || row >= 28 || column < 0 || column >= 28) continue;
      const double pixel =
          (pixels[static_cast<std::size_t>(row * 28 + column)] / 255.0 - static_cast<double>(norm.mean[0])) /
          static_cast<double>(norm.std[0]);
      sum += pixel * static_cast<double>(
                         weight.elements<float>()[static_cast<std::size_t>(channel * 25 + i * 5 + j)]);
    }
  }
  const std::size_t at = ((1 * 8 + channel) * 14 + y) * 14 + x;
  EXPECT_NEAR(values.elements<float>()[at], sum, 1e-4);
}

TEST(Activations, ComeLayerByLayerBehindTheActivation) {
  Setting setting;
  const auto outputs = setting.of({0});
  ASSERT_EQ(outputs.size(), 5U);
  EXPECT_EQ(outputs[0].layer, "0");
  EXPECT_EQ(outputs[0].type, "conv2d + activation");
  for (const float value : outputs[0].values.elements<float>()) EXPECT_GE(value, 0);
  EXPECT_EQ(setting.of({0}, {.layers = {"?"}}).size(), 5U);
  EXPECT_EQ(setting.of({0}, {.layers = {"*4*", "8"}}).size(), 2U);
}

TEST(Activations, DoNotDependOnTheCompany) {
  Setting setting;
  const auto alone = setting.of({4});
  const auto together = setting.of({1, 4, 9});
  for (std::size_t i = 0; i < alone.size(); ++i) {
    const auto one = alone[i].values.elements<float>();
    const auto many = together[i].values.elements<float>();
    for (std::size_t k = 0; k < one.size(); ++k) {
      EXPECT_NEAR(one[k], many[one.size() + k], 1e-4F * (1 + std::abs(one[k]))) << alone[i].layer;
    }
  }
}

TEST(Activations, RefuseWhatIsNotThere) {
  Setting setting;
  EXPECT_THROW(setting.of({}), BadInput);
  EXPECT_THROW(setting.of({20}), BadInput);
  EXPECT_THROW(setting.of({-1}), BadInput);
  EXPECT_THROW(setting.of({0}, {.layers = {"conv*"}}), BadInput);
}

}  // namespace
}  // namespace lehr
