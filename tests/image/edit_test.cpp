#include "lehr/image/edit.hpp"

#include "data/support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

Image grey(std::int64_t width, std::int64_t height, const Bytes& pixels) {
  return {.width = width, .height = height, .channels = 1, .pixels = pixels};
}

std::vector<std::uint16_t> wide(const Image& image) {
  const auto values = image.wide();
  return {values.begin(), values.end()};
}

TEST(CheckImage, RefusesWhatIsNoPicture) {
  expect_bad_input([] { image::check({}); }, {"0 x 0"});
  expect_bad_input([] { image::check(grey(2, 2, {1, 2, 3})); }, {"needs 4 bytes, found 3"});
  expect_bad_input([] { image::check({.width = 2, .height = 2, .pixels = Bytes(4), .bits = 16}); },
                   {"16 bits", "needs 8 bytes, found 4"});
  expect_bad_input([] { image::check({.width = 1, .height = 1, .pixels = {1}, .bits = 12}); },
                   {"8 or 16 bits", "12 bits"});
}

TEST(WithChannels, MakesGreyAndColour) {
  const Image red{.width = 1, .height = 2, .channels = 3, .pixels = {255, 0, 0, 7, 7, 7}};
  const Image luma = image::with_channels(red, 1);
  EXPECT_EQ(luma.pixels, (Bytes{76, 7}));
  EXPECT_EQ(image::with_channels(luma, 3).pixels, (Bytes{76, 76, 76, 7, 7, 7}));
  EXPECT_EQ(image::with_channels(red, 3), red);
  const Image three{.width = 3, .height = 1, .channels = 3, .pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255}};
  EXPECT_EQ(image::with_channels(three, 1).pixels, (Bytes{76, 150, 29}));  // PIL's convert("L")
  expect_bad_input([&] { image::with_channels(red, 5); }, {"5 channels", "1 to 4"});
}

TEST(WithChannels, DropsAndAddsAlpha) {
  const Image two{.width = 1, .height = 1, .channels = 2, .pixels = {9, 50}};
  EXPECT_EQ(image::with_channels(two, 1).pixels, (Bytes{9}));
  EXPECT_EQ(image::with_channels(two, 3).pixels, (Bytes{9, 9, 9}));
  EXPECT_EQ(image::with_channels(two, 4).pixels, (Bytes{9, 9, 9, 50}));
  const Image four{.width = 1, .height = 1, .channels = 4, .pixels = {255, 0, 0, 50}};
  EXPECT_EQ(image::with_channels(four, 1).pixels, (Bytes{76}));
  EXPECT_EQ(image::with_channels(four, 2).pixels, (Bytes{76, 50}));
  EXPECT_EQ(image::with_channels(four, 3).pixels, (Bytes{255, 0, 0}));
  EXPECT_EQ(image::with_channels(grey(1, 1, {9}), 2).pixels, (Bytes{9, 255}));
  EXPECT_EQ(image::with_channels(grey(1, 1, {9}), 4).pixels, (Bytes{9, 9, 9, 255}));
}

// round((v * alpha + background * (255 - alpha)) / 255), like a paste with a mask in Pillow.
TEST(WithChannels, ComposesAlphaOverABackground) {
  const Image two{.width = 3, .height = 1, .channels = 2, .pixels = {9, 0, 9, 50, 100, 255}};
  EXPECT_EQ(image::with_channels(two, 1, Background::white).pixels, (Bytes{255, 207, 100}));
  EXPECT_EQ(image::with_channels(two, 1, Background::black).pixels, (Bytes{0, 2, 100}));
  EXPECT_EQ(image::with_channels(two, 1, Background::none).pixels, (Bytes{9, 9, 100}));
  const Image four{.width = 1, .height = 1, .channels = 4, .pixels = {255, 0, 0, 127}};
  EXPECT_EQ(image::with_channels(four, 3, Background::white).pixels, (Bytes{255, 128, 128}));
  EXPECT_EQ(image::with_channels(four, 1, Background::white).pixels, (Bytes{166}));  // the luma of the above
  EXPECT_EQ(image::with_channels(four, 2, Background::white).pixels, (Bytes{76, 127}));
  const Image deep = image::with_channels(image::with_bits(four, 16), 3, Background::white);
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{65535, 128 * 257, 128 * 257}));
}

TEST(WithBits, KeepsTheUpperBitsAndTheExtremes) {
  const Image image = grey(4, 1, {0, 1, 254, 255});
  const Image deep = image::with_bits(image, 16);
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{0, 257, 65278, 65535}));
  EXPECT_EQ(image::with_bits(deep, 8), image);
  EXPECT_EQ(image::with_channels(deep, 2).wide()[1], 65535);
  expect_bad_input([&] { image::with_bits(image, 12); }, {"8 or 16 bits", "12"});
}

TEST(Crop, IsBlackBeyondTheImage) {
  const Image image = grey(3, 2, {1, 2, 3, 4, 5, 6});
  Image part;
  image::crop(image, {.left = 1, .top = 0, .width = 2, .height = 2}, part);
  EXPECT_EQ(part, grey(2, 2, {2, 3, 5, 6}));
  image::crop(image, {.left = -1, .top = -1, .width = 5, .height = 3}, part);
  EXPECT_EQ(part, grey(5, 3, {0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0}));
  image::crop(image, {.left = 5, .top = 5, .width = 1, .height = 1}, part);
  EXPECT_EQ(part, grey(1, 1, {0}));
  image::crop(image, {.left = -9, .top = 0, .width = 2, .height = 2}, part);
  EXPECT_EQ(part, grey(2, 2, {0, 0, 0, 0}));
  const Image deep = image::with_bits(image, 16);
  image::crop(deep, {.left = 2, .top = 1, .width = 2, .height = 1}, part);
  EXPECT_EQ(wide(part), (std::vector<std::uint16_t>{6 * 257, 0}));
  expect_bad_input([&] { image::crop(image, {.width = 0, .height = 4}, part); }, {"0 x 4"});
}

TEST(Mirror, ExchangesLeftAndRight) {
  Image odd = grey(3, 2, {1, 2, 3, 4, 5, 6});
  image::mirror(odd);
  EXPECT_EQ(odd, grey(3, 2, {3, 2, 1, 6, 5, 4}));
  Image colour{.width = 2, .height = 1, .channels = 3, .pixels = {1, 2, 3, 4, 5, 6}};
  image::mirror(colour);
  EXPECT_EQ(colour.pixels, (Bytes{4, 5, 6, 1, 2, 3}));
  Image deep = image::with_bits(grey(2, 1, {1, 2}), 16);
  image::mirror(deep);
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{514, 257}));
}

TEST(Fit, StretchesCropsAndPads) {
  const Image image = grey(4, 2, {10, 20, 30, 40, 50, 60, 70, 80});
  EXPECT_EQ(image::fit(image, 2, 2, Fit::stretch), image::resize(image, 2, 2));
  EXPECT_EQ(image::fit(image, 2, 2, Fit::crop), grey(2, 2, {20, 30, 60, 70}));
  EXPECT_EQ(image::fit(image, 4, 4, Fit::pad),
            grey(4, 4, {0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 0, 0}));
  const Image tall = grey(2, 4, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(image::fit(tall, 2, 2, Fit::crop), grey(2, 2, {3, 4, 5, 6}));
  EXPECT_EQ(image::fit(tall, 4, 4, Fit::pad), grey(4, 4, {0, 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0, 7, 8, 0}));
  for (const Fit how : {Fit::stretch, Fit::crop, Fit::pad}) {
    EXPECT_EQ(image::fit(image, 4, 2, how), image);
    EXPECT_EQ(image::fit_by_name(image::name_of(how)), how);
    const Image flat = grey(37, 21, Bytes(37 * 21, 199));
    const Image fitted = image::fit(flat, 5, 90, how);
    EXPECT_EQ(fitted.shape(), (Shape{1, 90, 5}));
    EXPECT_NO_THROW(image::check(fitted));
    expect_bad_input([&] { image::fit(image, 0, 5, how); }, {"0 x 5"});
  }
  EXPECT_EQ(image::fit_by_name("stretch"), Fit::stretch) << "the name of earlier versions";
  expect_bad_input([] { image::fit_by_name("sqash"); }, {"did you mean \"squash\"?"});
}

TEST(Resize, OfSixteenBitsFollowsThatOfEight) {
  Image image;
  const auto pixels = image.reset({3, 31, 17});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 97 + i / 50);
  const Image eight = image::resize(image, 9, 40);
  const Image sixteen = image::resize(image::with_bits(image, 16), 9, 40);
  for (std::size_t i = 0; i < eight.pixels.size(); ++i) {
    EXPECT_NEAR(sixteen.wide()[i] / 257.0, eight.pixels[i], 1.01) << i;
  }
}

TEST(Resize, KeepsASizeAndAConstant) {
  const Image image{.width = 2, .height = 1, .channels = 3, .pixels = {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(image::resize(image, 2, 1).pixels, image.pixels);
  const Image flat{.width = 37, .height = 21, .channels = 1, .pixels = Bytes(37 * 21, 199)};
  for (const auto& [width, height] : {std::pair{28, 28}, {1, 1}, {100, 3}, {5, 90}}) {
    const Image resized = image::resize(flat, width, height);
    EXPECT_EQ(resized.width, width);
    EXPECT_EQ(resized.height, height);
    EXPECT_EQ(resized.pixels, Bytes(static_cast<std::size_t>(width * height), 199));
  }
}

TEST(Resize, InterpolatesLinearly) {
  const Image image{.width = 2, .height = 1, .channels = 1, .pixels = {0, 200}};
  EXPECT_EQ(image::resize(image, 4, 1).pixels, (Bytes{0, 50, 150, 200}));
  const Image column{.width = 1, .height = 2, .channels = 1, .pixels = {0, 200}};
  EXPECT_EQ(image::resize(column, 1, 4).pixels, (Bytes{0, 50, 150, 200}));
}

// Shrinking by 2: triangles over four pixels, weights 1 3 3 1 of 8, cut at the border: (3 3 1) of 7.
TEST(Resize, ShrinksWithoutAliasing) {
  const Image image{.width = 6, .height = 1, .channels = 1, .pixels = {70, 0, 140, 80, 160, 7}};
  EXPECT_EQ(image::resize(image, 3, 1).pixels, (Bytes{50, 103, 83}));
}

TEST(Resize, KeepsChannelsApart) {
  const Image image{
      .width = 2, .height = 2, .channels = 3, .pixels = {9, 0, 99, 9, 0, 99, 9, 0, 99, 9, 0, 99}};
  EXPECT_EQ(image::resize(image, 1, 1).pixels, (Bytes{9, 0, 99}));
}

TEST(Resize, RefusesImpossibleSizes) {
  const Image image{.width = 1, .height = 1, .channels = 1, .pixels = {1}};
  expect_bad_input([&] { image::resize(image, 0, 5); }, {"0 x 5"});
  expect_bad_input([&] { image::resize(image, 5, 1'000'000'000); }, {"5 x 1000000000"});
}

}  // namespace
}  // namespace lehr
