#include "lehr/data/scheme.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

/// A set with one picture.
std::shared_ptr<const Dataset> holding(Image picture) {
  return std::make_shared<PictureDataset>(std::vector<Sample>{{std::move(picture), 0, "picture.png"}},
                                          std::vector<std::string>{"only"});
}

/// What "inverted" makes of a picture.
Image inverted(const Image& picture) {
  static Image given;
  given = picture;
  static const bool registered = [] {
    register_data_scheme("given", {.open = [](const SchemeRequest&) {
                           return DataSplits{"", holding(given), holding(given)};
                         }});
    return true;
  }();
  EXPECT_TRUE(registered);
  Image read;
  data::open_data("inverted:given").train->read(0, read);
  return read;
}

TEST(Inverted, TurnsBrightIntoDark) {
  const Image grey{.width = 2, .height = 1, .channels = 1, .pixels = {0, 200}};
  EXPECT_EQ(inverted(grey).pixels, (Bytes{255, 55}));
  const Image rgb{.width = 1, .height = 1, .channels = 3, .pixels = {1, 2, 255}};
  EXPECT_EQ(inverted(rgb).pixels, (Bytes{254, 253, 0}));
}

TEST(Inverted, TakesSixteenBits) {
  Image deep;
  deep.reset({1, 1, 2}, 16);
  deep.wide()[0] = 1000;
  deep.wide()[1] = 65535;
  const Image read = inverted(deep);
  EXPECT_EQ(read.bits, 16);
  EXPECT_EQ(read.wide()[0], 64535);
  EXPECT_EQ(read.wide()[1], 0);
}

TEST(Inverted, LeavesAlphaAlone) {
  const Image grey{.width = 2, .height = 1, .channels = 2, .pixels = {10, 20, 30, 40}};
  EXPECT_EQ(inverted(grey).pixels, (Bytes{245, 20, 225, 40}));
  Image deep;
  deep.reset({2, 1, 1}, 16);
  deep.wide()[0] = 1000;
  deep.wide()[1] = 2000;
  EXPECT_EQ(inverted(deep).wide()[0], 64535);
  EXPECT_EQ(inverted(deep).wide()[1], 2000);
  const Image rgba{.width = 1, .height = 1, .channels = 4, .pixels = {10, 20, 30, 40}};
  EXPECT_EQ(inverted(rgba).pixels, (Bytes{245, 235, 225, 40}));
}

TEST(Inverted, HasTheSetsOfItsData) {
  const DataSplits plain = data::open_data("digits:20", 3);
  const DataSplits dark = data::open_data("inverted:digits:20", 3);
  EXPECT_EQ(dark.source, "inverted:digits:20");
  EXPECT_EQ(dark.train->size(), 20);
  EXPECT_EQ(dark.valid->size(), plain.valid->size());
  EXPECT_EQ(dark.test, nullptr);
  EXPECT_EQ(dark.image_shape(), plain.image_shape());
  EXPECT_EQ(dark.train->label(7), plain.train->label(7));
  Bytes expected = data_test::pixels_of(*plain.valid, 1);
  for (std::uint8_t& value : expected) value = static_cast<std::uint8_t>(255 - value);
  EXPECT_EQ(data_test::pixels_of(*dark.valid, 1), expected);
}

TEST(Inverted, HasTheAbsoluteNameOfItsData) {
  EXPECT_EQ(data::absolute_name("inverted:digits:20"), "inverted:digits:20");
  EXPECT_EQ(data::absolute_name("inverted"), "inverted");
  EXPECT_EQ(data::absolute_name("inverted:mnist:some/folder"),
            "inverted:mnist:" + std::filesystem::absolute("some/folder").string());
}

TEST(Inverted, RefusesNamesThatOpenNothing) {
  expect_bad_input([] { data::open_data("inverted"); }, {"write inverted:DATA"});
  expect_bad_input([] { data::open_data("inverted:"); }, {"write inverted:DATA"});
  expect_bad_input([] { data::open_data("inverted:digit"); }, {"did you mean \"digits\"?"});
  expect_bad_input([] { data::open_data("inverted:inverted:digits"); }, {"is inverted already"});
}

}  // namespace
}  // namespace lehr
