#include "lehr/data/preprocessing.hpp"

#include "data/preprocessor.hpp"
#include "lehr/image/edit.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

const Preprocessing colour{.shape = {3, 4, 5},
                           .fit = Fit::crop,
                           .any_shape = true,
                           .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}}};

std::vector<float> input_of(Image picture, const Preprocessing& preprocessing) {
  const data::Preprocessor preprocessor(preprocessing);
  std::vector<float> input(preprocessor.input_size());
  preprocessor.apply(picture, input);
  return input;
}

Image some_picture(const Shape& shape) {
  Image image;
  const auto pixels = image.reset(shape);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 83 + i / 11);
  return image;
}

// One multiplication and one addition in single precision. The factors are rounded once.
TEST(Preprocessing, RoundsAsTrainingAlwaysDid) {
  const Image picture = some_picture(colour.shape);
  const std::vector<float> input = input_of(picture, colour);
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double mean = colour.normalisation.mean[i % 3];
    const double std = colour.normalisation.std[i % 3];
    const float product = static_cast<float>(picture.pixels[i]) * static_cast<float>(1 / (255 * std));
    EXPECT_EQ(input[i], product + static_cast<float>(-mean / std)) << i;
  }
}

TEST(Preprocessing, TakesSixteenBitsAsTheyAre) {
  Image deep = image::with_bits(some_picture(colour.shape), 16);
  const std::vector<float> same = input_of(deep, colour);
  const std::vector<float> of_8_bits = input_of(some_picture(colour.shape), colour);
  for (std::size_t i = 0; i < same.size(); ++i) EXPECT_NEAR(same[i], of_8_bits[i], 1e-5F);
  deep.wide()[0] += 1;
  EXPECT_NEAR(input_of(deep, colour)[0] - same[0], 1 / (65535 * 0.3), 1e-6);
}

TEST(Preprocessing, FitsPicturesOfAnySizeAndFormat) {
  for (const Shape& shape : {Shape{1, 9, 9}, Shape{2, 4, 5}, Shape{3, 8, 5}, Shape{4, 1, 7}}) {
    const Image picture = some_picture(shape);
    const Image fits = fitted(picture, colour);
    EXPECT_EQ(fits.shape(), colour.shape);
    EXPECT_EQ(fits, image::fit(image::with_channels(picture, 3, Background::white), 5, 4, Fit::crop));
    EXPECT_EQ(input_of(picture, colour), input_of(fits, colour));
    const Image deep = image::with_bits(picture, 16);
    EXPECT_EQ(fitted(deep, colour).bits, 16);
    EXPECT_EQ(input_of(deep, colour), input_of(fitted(deep, colour), colour));
  }
  expect_bad_input([] { fitted({}, colour); }, {"0 x 0"});
  Image five;
  five.reset({5, 4, 5});
  expect_bad_input([&] { fitted(five, colour); }, {"5 channels"});
}

TEST(Preprocessing, ComesBackFromJson) {
  const std::string json = to_json(colour);
  EXPECT_EQ(preprocessing_from_json(json), colour);
  EXPECT_TRUE(json.starts_with(
      R"({"version":2,"channels":3,"height":4,"width":5,"fit":"crop","any_shape":true,"filter":"bilinear",)"
      R"("background":"white","scale":"unit","mean":[0.1)"))
      << json;
  Preprocessing other = colour;
  other.filter = Filter::lanczos;
  other.background = Background::black;
  EXPECT_EQ(preprocessing_from_json(to_json(other)), other);
}

TEST(Preprocessing, ReadsVersionOneAsItWasApplied) {
  std::string json = to_json(colour);
  const std::string added = R"("filter":"bilinear","background":"white",)";
  json.replace(json.find("\"version\":2"), 11, "\"version\":1");
  expect_bad_input([&] { preprocessing_from_json(json); }, {"unknown entry \"filter\""});
  json.erase(json.find(added), added.size());
  Preprocessing as_before = colour;
  as_before.background = Background::none;
  EXPECT_EQ(preprocessing_from_json(json), as_before);
}

TEST(Preprocessing, HasAFilterAndABackground) {
  const Image picture = some_picture({4, 9, 8});
  Preprocessing other = colour;
  for (const Filter filter : {Filter::bilinear, Filter::bicubic, Filter::lanczos}) {
    for (const Background background : {Background::white, Background::black, Background::none}) {
      other.filter = filter;
      other.background = background;
      EXPECT_EQ(fitted(picture, other),
                image::fit(image::with_channels(picture, 3, background), 5, 4, Fit::crop, filter));
    }
  }
}

TEST(Preprocessing, RefusesJsonThatIsNone) {
  const auto refused = [](const std::string& from, const std::string& to,
                          std::initializer_list<std::string_view> parts) {
    std::string json = to_json(colour);
    json.replace(json.find(from), from.size(), to);
    expect_bad_input([&] { preprocessing_from_json(json); }, parts);
  };
  refused("\"version\":2", "\"version\":3", {"version 3", "reads versions up to 2"});
  refused("\"version\":2", "\"version\":0", {"version 0"});
  refused("\"bilinear\"", "\"nearest\"", {"filter \"nearest\"", "bilinear, bicubic, lanczos"});
  refused("\"white\"", "\"red\"", {"background \"red\"", "white, black, none"});
  refused("\"version\":2,", "", {"no entry \"version\""});
  refused("\"fit\":\"crop\"", "\"fit\":\"stretched\"", {"stretched", "squash, crop, pad"});
  refused("\"height\":4", "\"height\":0", {"height", "from 1 to 1048576"});
  refused("\"height\":4", "\"height\":4.5", {"height", "an integer"});
  refused("\"height\":4", "\"height\":18446744073709551615", {"height", "an integer"});
  refused("\"unit\"", "\"byte\"", {"scale", "unit"});
  refused("\"any_shape\":true", "\"any_shape\":1", {"any_shape", "true or false"});
  refused("\"mean\":[", "\"mean\":[\"x\",", {"mean", "a list of numbers"});
  refused("\"mean\":[", "\"mean\":[0,", {"expected 3 of each", "found 4 means"});
  refused("\"scale\"", "\"more\":1,\"scale\"", {"unknown entry \"more\""});
  expect_bad_input([] { preprocessing_from_json("{"); }, {"not JSON"});
  expect_bad_input([] { preprocessing_from_json("3"); }, {"object"});
  expect_bad_input([] { preprocessing_from_json(std::string(1000000, '[')); }, {"nested too deep"});
}

}  // namespace
}  // namespace lehr
