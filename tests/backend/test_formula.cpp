// The formula, compared with values from tools/formula.py and tools/make_loss_curves.py.
#include <gtest/gtest.h>

#include "support/formula.hpp"
#include "support/loss_curve.hpp"

namespace lehr::test {
namespace {

TEST(Formula, AgreesWithPython) {
  EXPECT_EQ(stream_of("0.weight"), 1128677967U);
  EXPECT_EQ(formula_word(stream_of("0.weight"), 12345), 3211291003U);
  EXPECT_EQ(formula_value(stream_of("0.weight"), 12345), 0.24768692255020142F);
  EXPECT_EQ(filled_value({.scale = 4, .offset = 1, .levels = 4}, stream_of("x"), 5), 1.0F);
}

TEST(Formula, MakesTheImagesOfALossCurve) {
  const LossCurve curve =
      LossCurve::read(LEHR_SOURCE_DIR "/tests/goldens/loss_curves.json", "resnet_small_remainder");
  const LossCurve::Batch batch = curve.batch(7);
  ASSERT_EQ(batch.first, 48);
  ASSERT_EQ(batch.count, 5);
  const Shape shape{batch.count, curve.channels, curve.height, curve.width};
  Tensor images(shape, DType::f32, channels_last_strides(shape));
  curve.fill_images(batch, images.view<float>());
  EXPECT_EQ(curve.class_of(48), 2);
  EXPECT_EQ(curve.class_of(52), 2);
  EXPECT_EQ(images.view<float>().at(0, 0, 0, 0), -0.01787698268890381F);
  EXPECT_EQ(images.view<float>().at(2, 1, 3, 4), -0.4232180118560791F);
  EXPECT_EQ(images.view<float>().at(4, 2, 7, 1), 0.16157126426696777F);
  EXPECT_EQ(images.view<float>().at(4, 0, 2, 4), 0.1546192169189453F);
}

}  // namespace
}  // namespace lehr::test
