#include "lehr/inference/views.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

TEST(Views, ArePartsAndMirrorImages) {
  Image picture;
  const auto pixels = picture.reset({3, 16, 24});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 7 + i / 72);
  const std::vector<PictureView> all = views(most_views);
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(seen(picture, all[0]), picture);
  Image mirrored = picture;
  image::mirror(mirrored);
  EXPECT_EQ(seen(picture, all[1]), mirrored);
  Image corner;
  image::crop(picture, {.left = 3, .top = 2, .width = 21, .height = 14}, corner);
  corner = image::resize(corner, 24, 16);
  EXPECT_EQ(seen(picture, all[4]), corner);
  image::mirror(corner);
  EXPECT_EQ(seen(picture, all[5]), corner);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(seen(picture, all[i]), seen(picture, all[j])) << i << " " << j;
  }
  EXPECT_THROW(views(0), BadInput);
  EXPECT_THROW(views(11), BadInput);
}

/// A model with random weights.
Model random_model(const Dataset& dataset) {
  Model model{models::simple_cnn({.batch_norm = true}), nullptr, {}, {}};
  model.parameters = std::make_shared<Parameters>(model.graph, cpu_backend());
  initialise(*model.parameters, model.graph, Initialisation::kaiming_normal, 1);
  model.class_names.assign(dataset.class_names().begin(), dataset.class_names().end());
  model.preprocessing = {.shape = dataset.image_shape(), .normalisation = {{0.1F}, {0.3F}}};
  return model;
}

TEST(Views, OfAnEvaluationAreThoseOfAPrediction) {
  const DataSplits data = data::digits({.train = 20, .valid = 70});
  const Model model = random_model(*data.valid);
  const Predictor predictor(model, 16);
  std::vector<Image> pictures(70);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    data.valid->read(static_cast<std::int64_t>(i), pictures[i]);
  for (const std::int64_t count : {1, 2, 7}) {
    const std::vector<float> probabilities = mean_probabilities(predictor, pictures, count);
    double loss = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      loss -= std::log(
          probabilities[10 * i + static_cast<std::size_t>(data.valid->label(static_cast<std::int64_t>(i)))]);
    }
    const Evaluation found = evaluate(model, *data.valid, 32, {}, count);
    EXPECT_NEAR(found.loss, loss / 70, 1e-5) << count;
    EXPECT_EQ(found.samples, 70);
  }
  EXPECT_NE(evaluate(model, *data.valid, 32, {}, 2).loss, evaluate(model, *data.valid).loss);
  EXPECT_EQ(mean_probabilities(predictor, pictures, 1), predictor.probabilities(pictures));
}

}  // namespace
}  // namespace lehr
