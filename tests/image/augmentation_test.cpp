#include <functional>
#include <set>

#include "data/support.hpp"
#include "lehr/image/adjust.hpp"
#include "lehr/image/geometry.hpp"
#include "support/augmentation_goldens.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using Numbers = std::vector<double>;

Image warped(const Image& picture, const image::Matrix3& map, double fill = 0) {
  image::Geometry geometry{.width = picture.width, .height = picture.height};
  geometry.warp(map);
  Image result;
  image::resample(picture, geometry, {.border = {.level = fill}}, result);
  return result;
}

Image in_affine(const Image& picture, const Numbers& n) {
  const image::Affine affine{
      .degrees = n[0], .right = n[1], .down = n[2], .scale = n[3], .shear_x = n[4], .shear_y = n[5]};
  const image::Geometry whole{.width = picture.width, .height = picture.height};
  return warped(picture, image::source_of(affine, whole.centre()), n[6]);
}

Image in_perspective(const Image& picture, const Numbers& n) {
  const double right = static_cast<double>(picture.width - 1);
  const double bottom = static_cast<double>(picture.height - 1);
  const image::Corners corners{{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
  return warped(picture, image::map_of({{{n[0], n[1]}, {n[2], n[3]}, {n[4], n[5]}, {n[6], n[7]}}}, corners));
}

Image padded(const Image& picture, const Numbers& n) {
  const auto by = static_cast<std::int64_t>(n[0]);
  Image result;
  image::crop(picture, {-by, -by, picture.width + 2 * by, picture.height + 2 * by}, result,
              {.reflect = n[1] == 1});
  return result;
}

using Change = std::function<void(Image&, const Numbers&)>;

const std::map<std::string, Change>& changes() {
  const auto of_number = [](void (*change)(Image&, double)) {
    return [change](Image& picture, const Numbers& n) { change(picture, n[0]); };
  };
  const auto plain = [](void (*change)(Image&)) {
    return [change](Image& picture, const Numbers&) { change(picture); };
  };
  static const std::map<std::string, Change> all{
      {"brightness", of_number(image::adjust_brightness)},
      {"contrast", of_number(image::adjust_contrast)},
      {"saturation", of_number(image::adjust_saturation)},
      {"hue", of_number(image::adjust_hue)},
      {"sharpness", of_number(image::adjust_sharpness)},
      {"posterize", [](Image& p, const Numbers& n) { image::posterize(p, static_cast<int>(n[0])); }},
      {"solarize", of_number(image::solarize)},
      {"autocontrast", plain(image::autocontrast)},
      {"equalize", plain(image::equalize)},
      {"grayscale", plain(image::grayscale)},
      {"blur",
       [](Image& p, const Numbers& n) { image::gaussian_blur(p, static_cast<std::int64_t>(n[0]), n[1]); }},
      {"mirror", plain(image::mirror)},
      {"turn_over", plain(image::turn_over)},
      {"pad", [](Image& p, const Numbers& n) { p = padded(p, n); }},
      {"erase",
       [](Image& p, const Numbers& n) {
         const auto at = [&](std::size_t i) { return static_cast<std::int64_t>(n[i]); };
         image::erase(p, {at(0), at(1), at(2), at(3)}, n[4]);
       }},
      {"affine", [](Image& p, const Numbers& n) { p = in_affine(p, n); }},
      {"perspective", [](Image& p, const Numbers& n) { p = in_perspective(p, n); }},
  };
  return all;
}

TEST(Augmentations, AreWithinTwoLevelsOfTorchvision) {
  const test::AugmentationGoldens goldens = test::augmentation_goldens(LEHR_SOURCE_DIR);
  std::set<std::string> found;
  for (const test::AugmentationCase& one : goldens.cases) {
    if (one.function.find('.') != std::string::npos) continue;  // tests/data has these
    SCOPED_TRACE(one.function + " of " + one.picture + ", " + nlohmann::json(one.numbers).dump());
    Image picture = goldens.pictures.at(one.picture);
    changes().at(one.function)(picture, one.numbers);
    test::expect_close(picture, one.result, 2);
    found.insert(one.function);
  }
  EXPECT_EQ(found.size(), changes().size());
}

// 16 bits follow 8 bits, but for what is cut to whole levels.
TEST(Augmentations, OfSixteenBitsFollowThoseOfEight) {
  const test::AugmentationGoldens goldens = test::augmentation_goldens(LEHR_SOURCE_DIR);
  for (const test::AugmentationCase& one : goldens.cases) {
    if (one.function.find('.') != std::string::npos) continue;
    SCOPED_TRACE(one.function + " of " + one.picture + ", " + nlohmann::json(one.numbers).dump());
    Image deep = image::with_bits(goldens.pictures.at(one.picture), 16);
    changes().at(one.function)(deep, one.numbers);
    ASSERT_EQ(deep.bits, 16);
    test::expect_close(image::with_bits(deep, 8), one.result, 3);
  }
}

TEST(Augmentations, LeaveAlphaAsItIs) {
  const test::AugmentationGoldens goldens = test::augmentation_goldens(LEHR_SOURCE_DIR);
  const Image& colour = goldens.pictures.at("colour");
  Image with_alpha = image::with_channels(colour, 4);
  for (std::size_t i = 3; i < with_alpha.pixels.size(); i += 4)
    with_alpha.pixels[i] = static_cast<std::uint8_t>(i);
  const std::set<std::string> geometric{"mirror", "turn_over", "pad", "affine", "perspective"};
  for (const auto& [name, change] : changes()) {
    if (geometric.contains(name)) continue;
    SCOPED_TRACE(name);
    const Numbers numbers = name == "blur"    ? Numbers{5, 1}
                            : name == "erase" ? Numbers{1, 1, 3, 3, 9}
                                              : Numbers{0.4};
    Image opaque = colour;
    change(opaque, numbers);
    Image found = with_alpha;
    change(found, numbers);
    EXPECT_EQ(image::with_channels(found, 3), opaque);
    for (std::size_t i = 3; i < found.pixels.size(); i += 4) ASSERT_EQ(found.pixels[i], with_alpha.pixels[i]);
  }
}

TEST(Augmentations, RefuseNumbersOutOfRange) {
  Image picture{.width = 2, .height = 2, .pixels = Bytes(4)};
  expect_bad_input([&] { image::adjust_contrast(picture, -1); },
                   {"contrast must be from 0 to 100, found -1"});
  expect_bad_input([&] { image::adjust_hue(picture, 0.6); }, {"hue must be from -0.5 to 0.5, found 0.6"});
  expect_bad_input([&] { image::posterize(picture, 9); }, {"from 0 to 8, found 9"});
  expect_bad_input([&] { image::gaussian_blur(picture, 4, 1); }, {"odd", "found 4"});
  expect_bad_input([&] { image::gaussian_blur(picture, 3, 0); }, {"sigma", "found 0"});
  expect_bad_input([] { image::map_of({}, {}); }, {"no perspective"});
}

Image numbered(std::int64_t width, std::int64_t height) {
  Image image;
  const auto pixels = image.reset({1, height, width});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 13);
  return image;
}

TEST(Crop, ReflectsAtTheOutermostPixels) {
  const Image line{.width = 3, .height = 1, .pixels = {1, 2, 3}};
  Image part;
  image::crop(line, {.left = -5, .top = -1, .width = 12, .height = 2}, part, {.reflect = true});
  const Bytes expected{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3};
  EXPECT_EQ(Bytes(part.pixels.begin(), part.pixels.begin() + 12), expected);
  EXPECT_EQ(Bytes(part.pixels.begin() + 12, part.pixels.end()), expected);
  image::crop(line, {.left = 2, .top = 0, .width = 3, .height = 1}, part, {.level = 200});
  EXPECT_EQ(part.pixels, (Bytes{3, 200, 200}));
}

TEST(Resample, OfStraightChangesIsWhatTheSingleFunctionsGive) {
  const Image picture = numbered(20, 11);
  image::Geometry geometry{.width = 20, .height = 11};
  geometry.crop({.left = 3, .top = 1, .width = 14, .height = 8});
  geometry.mirror();
  geometry.resize(7, 12);
  geometry.turn_over();
  geometry.crop({.left = 0, .top = 0, .width = 7, .height = 12});
  Image found;
  image::resample(picture, geometry, {}, found);
  Image expected;
  image::crop(picture, {.left = 3, .top = 1, .width = 14, .height = 8}, expected);
  expected = image::resize(expected, 7, 12);
  image::mirror(expected);
  image::turn_over(expected);
  EXPECT_EQ(found, expected);
}

// Turning by 4 x 90 degrees one by one would blur a picture of odd and even sides; together they change
// nothing.
TEST(Resample, MakesAllChangesAtOnce) {
  const Image picture = numbered(9, 9);
  image::Geometry geometry{.width = 9, .height = 9};
  for (int i = 0; i < 12; ++i) geometry.warp(image::source_of({.degrees = 30}, geometry.centre()));
  Image found;
  image::resample(picture, geometry, {}, found);
  test::expect_close(found, picture, 0);
}

TEST(Resample, AveragesIfThePictureShrinks) {
  Image stripes;
  const auto pixels = stripes.reset({1, 40, 40});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 2 == 0 ? 0 : 200;
  image::Geometry geometry{.width = 40, .height = 40};
  geometry.warp(image::source_of({.degrees = 1e-3, .scale = 0.25}, geometry.centre()));
  geometry.crop({.left = 16, .top = 16, .width = 8, .height = 8});
  Image found;
  image::resample(stripes, geometry, {}, found);
  for (const std::uint8_t value : found.pixels) EXPECT_NEAR(value, 100, 5);
}

TEST(Resample, RefusesImpossibleSizes) {
  Image result;
  expect_bad_input([&] { image::resample(numbered(2, 2), {.width = 0, .height = 2}, {}, result); },
                   {"0 x 2"});
}

}  // namespace
}  // namespace lehr
