#include "lehr/data/transform.hpp"

#include <algorithm>
#include <set>

#include "lehr/data/settings.hpp"
#include "lehr/image/edit.hpp"
#include "support.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

/// A spec from JSON: {"name": ..., ...}
TransformSpec spec_of(const std::string& json) { return transforms_from_json("[" + json + "]").front(); }

Image numbered(std::int64_t width, std::int64_t height) {
  Image image;
  const auto pixels = image.reset({1, height, width});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i + 1);
  return image;
}

Image applied(const std::string& json, Image picture, std::uint64_t sample = 0) {
  Image room;
  TransformContext context{.rng = Rng(1, Purpose::test, 0, sample), .room = room};
  make_transform(spec_of(json))->apply(picture, context);
  return picture;
}

TEST(HorizontalFlip, FlipsThatShareOfThePictures) {
  const Image picture = numbered(3, 2);
  Image mirrored = picture;
  image::mirror(mirrored);
  EXPECT_EQ(applied(R"({"name":"horizontal_flip","probability":1})", picture), mirrored);
  EXPECT_EQ(applied(R"({"name":"horizontal_flip","probability":0})", picture), picture);
  int flips = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Image found = applied(R"({"name":"horizontal_flip"})", picture, i);
    EXPECT_TRUE(found == picture || found == mirrored);
    flips += found == mirrored ? 1 : 0;
  }
  EXPECT_NEAR(flips, 1000, 100);
}

TEST(RandomCrop, TakesEveryPlaceOfThePaddedPicture) {
  const Image picture = numbered(4, 3);
  std::set<Bytes> found;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Image part = applied(R"({"name":"random_crop","width":4,"height":3,"padding":1})", picture, i);
    EXPECT_EQ(part.shape(), picture.shape());
    found.insert(part.pixels);
  }
  std::set<Bytes> all;
  for (const std::int64_t left : {-1, 0, 1}) {
    for (const std::int64_t top : {-1, 0, 1}) {
      Image part;
      image::crop(picture, {.left = left, .top = top, .width = 4, .height = 3}, part);
      all.insert(part.pixels);
    }
  }
  EXPECT_EQ(found, all);
  EXPECT_EQ(applied(R"({"name":"random_crop","width":4,"height":3})", picture), picture);
  expect_bad_input([&] { applied(R"({"name":"random_crop","width":5,"height":3})", picture); },
                   {"5 x 3", "4 x 3", "padding of 0"});
}

TEST(ResizeTransform, FitsThePicture) {
  const Image picture = numbered(4, 2);
  EXPECT_EQ(applied(R"({"name":"resize","width":2,"height":2})", picture), image::resize(picture, 2, 2));
  EXPECT_EQ(applied(R"({"name":"resize","width":2,"height":2,"fit":"crop"})", picture),
            image::fit(picture, 2, 2, Fit::crop));
}

TEST(PixelFormat, ChangesChannelsAndBits) {
  const Image picture = numbered(4, 2);
  EXPECT_EQ(applied(R"({"name":"pixel_format","channels":3})", picture), image::with_channels(picture, 3));
  EXPECT_EQ(applied(R"({"name":"pixel_format","bits":16})", picture), image::with_bits(picture, 16));
  EXPECT_EQ(applied(R"({"name":"pixel_format"})", picture), picture);
}

TEST(Transforms, RefuseSettingsThatCannotBe) {
  const auto refused = [](const std::string& json, std::initializer_list<std::string_view> parts) {
    expect_bad_input([&] { make_transform(spec_of(json)); }, parts);
  };
  refused(R"({"name":"horizontal_flp"})", {"unknown transform \"horizontal_flp\"",
                                           "did you mean \"horizontal_flip\"?", "lehr::register_transform"});
  refused(R"({"name":"horizontal_flip","probability":1.5})",
          {"the transform horizontal_flip: probability must be a number from 0 to 1, found 1.5"});
  refused(R"({"name":"horizontal_flip","probability":"often"})", {"found \"often\""});
  refused(R"({"name":"horizontal_flip","probabilty":1})",
          {"unknown setting of the transform horizontal_flip", "did you mean \"probability\"?"});
  refused(R"({"name":"random_crop","width":4})",
          {"height must be an integer from 1 to 65536, found nothing"});
  refused(R"({"name":"random_crop","width":4,"height":4,"padding":-1})", {"padding", "found -1"});
  refused(R"({"name":"resize","width":4,"height":4,"fit":"stretched"})", {"stretched", "squash, crop, pad"});
  refused(R"({"name":"pixel_format","bits":12})", {"8 or 16", "found 12"});
  refused(R"({"name":"pixel_format","channels":5})", {"channels", "found 5"});
}

TEST(Transforms, AreDataAsJson) {
  const std::string json =
      R"([{"name":"random_crop","height":32,"padding":4,"width":32},{"name":"horizontal_flip","probability":0.25}])";
  const std::vector<TransformSpec> specs = transforms_from_json(json);
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].settings.integer("padding"), 4);
  EXPECT_EQ(to_json(specs), json);
  EXPECT_TRUE(transforms_from_json("[]").empty());
  expect_bad_input([] { transforms_from_json("{}"); }, {"list"});
  expect_bad_input([] { transforms_from_json("[1]"); }, {"transform 0", "object"});
  expect_bad_input([] { transforms_from_json("[{}]"); }, {"transform 0", "\"name\""});
  expect_bad_input([] { transforms_from_json(R"([{"name":"x","y":null}])"); }, {"transform 0", "\"y\""});
  expect_bad_input([] { transforms_from_json(R"([{"name":"x","y":[[1]]}])"); }, {"transform 0", "\"y\""});
  expect_bad_input([] { transforms_from_json("["); }, {"not JSON"});
}

TEST(Transforms, OfAProgramAreUsedByName) {
  class Invert final : public Transform {
   public:
    void apply(Image& picture, TransformContext&) const override {
      for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(~value);
    }
  };
  const MakeTransform make = [](Settings&) { return std::make_unique<Invert>(); };
  register_transform("invert", make);
  EXPECT_EQ(applied(R"({"name":"invert"})", numbered(2, 1)).pixels, (Bytes{254, 253}));
  expect_bad_input([] { make_transform(spec_of(R"({"name":"invert","much":true})")); }, {"setting", "much"});
  expect_bad_input([&] { register_transform("invert", make); }, {"registered already"});
  expect_bad_input([&] { register_transform("resize", make); }, {"built in"});
  expect_bad_input([&] { register_transform("", make); }, {"name"});
  expect_bad_input([] { register_transform("empty", {}); }, {"needs a function"});
  const auto names = transform_names();
  EXPECT_EQ(std::ranges::count(names, "invert"), 1);
}

}  // namespace
}  // namespace lehr
