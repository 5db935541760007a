#include <cmath>

#include "support.hpp"

namespace lehr {
namespace {

using data::Image;
using data_test::Bytes;
using data_test::expect_bad_input;

void append_u32(Bytes& bytes, std::uint64_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_chunk(Bytes& png, const std::string& type, const Bytes& data) {
  append_u32(png, data.size());
  const std::size_t start = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  append_u32(png, crc32(0, png.data() + start, static_cast<uInt>(png.size() - start)));
}

struct Png {
  std::uint32_t width, height;
  std::uint8_t depth, colour_type;
  Bytes palette;
  Bytes lines;  // each with its filter byte
};

Bytes encode(const Png& image) {
  Bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes header;
  append_u32(header, image.width);
  append_u32(header, image.height);
  header.insert(header.end(), {image.depth, image.colour_type, 0, 0, 0});
  append_chunk(png, "IHDR", header);
  if (!image.palette.empty()) append_chunk(png, "PLTE", image.palette);
  Bytes packed(compressBound(image.lines.size()));
  uLongf length = packed.size();
  compress(packed.data(), &length, image.lines.data(), image.lines.size());
  packed.resize(length);
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", {});
  return png;
}

class ReadImage : public testing::Test {
 protected:
  Image read(const Bytes& bytes, std::int64_t channels) const {
    data_test::write_bytes(folder_ / "image.png", bytes);
    return data::read_image(folder_ / "image.png", channels);
  }
  void expect_refused(const Bytes& bytes, std::initializer_list<std::string_view> parts) const {
    expect_bad_input([&] { read(bytes, 1); }, parts);
  }
  data_test::TemporaryFolder folder_;
};

constexpr std::uint8_t grey = 0, colour = 2, indexed = 3, grey_alpha = 4, colour_alpha = 6;

TEST_F(ReadImage, ReadsGreyOfAnyDepth) {
  EXPECT_EQ(read(encode({2, 2, 8, grey, {}, {0, 10, 20, 0, 30, 40}}), 1).pixels, (Bytes{10, 20, 30, 40}));
  EXPECT_EQ(read(encode({2, 1, 8, grey, {}, {0, 10, 20}}), 3).pixels, (Bytes{10, 10, 10, 20, 20, 20}));
  EXPECT_EQ(read(encode({4, 1, 1, grey, {}, {0, 0b10100000}}), 1).pixels, (Bytes{255, 0, 255, 0}));
  EXPECT_EQ(read(encode({2, 1, 4, grey, {}, {0, 0x3F}}), 1).pixels, (Bytes{51, 255}));
  EXPECT_EQ(read(encode({2, 1, 16, grey, {}, {0, 200, 7, 3, 250}}), 1).pixels, (Bytes{200, 3}));
}

TEST_F(ReadImage, ReadsColourAndItsLuma) {
  const Bytes png = encode({3, 1, 8, colour, {}, {0, 255, 0, 0, 0, 255, 0, 0, 0, 255}});
  const Image image = read(png, 3);
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.height, 1);
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.pixels, (Bytes{255, 0, 0, 0, 255, 0, 0, 0, 255}));
  EXPECT_EQ(read(png, 1).pixels, (Bytes{76, 150, 29}));  // PIL's convert("L")
}

TEST_F(ReadImage, ReadsPalettes) {
  const Bytes png = encode({2, 1, 8, indexed, {1, 2, 3, 9, 8, 7}, {0, 1, 0}});
  EXPECT_EQ(read(png, 3).pixels, (Bytes{9, 8, 7, 1, 2, 3}));
}

TEST_F(ReadImage, LeavesTransparencyOut) {
  EXPECT_EQ(read(encode({1, 1, 8, grey_alpha, {}, {0, 90, 0}}), 1).pixels, (Bytes{90}));
  EXPECT_EQ(read(encode({1, 1, 8, colour_alpha, {}, {0, 1, 2, 3, 0}}), 3).pixels, (Bytes{1, 2, 3}));
}

TEST_F(ReadImage, RefusesWhatIsNoPicture) {
  expect_bad_input([&] { data::read_image(folder_ / "absent.png", 1); }, {"absent.png", "No such file"});
  expect_bad_input([&] { data::read_image(folder_.path(), 1); }, {"is a folder"});
  expect_refused({}, {"image.png", "not a PNG"});
  expect_refused({'G', 'I', 'F', '8', '9', 'a', 0, 0, 0}, {"image.png", "not a PNG"});
  expect_refused(data_test::gzipped(encode({1, 1, 8, grey, {}, {0, 1}})), {"not a PNG"});
  const Bytes png = encode({1, 1, 8, grey, {}, {0, 1}});
  expect_bad_input([&] { read(png, 2); }, {"2 channels", "1 or 3"});
}

TEST_F(ReadImage, DecodesBytesInMemoryAsItReadsAFile) {
  const Bytes png = encode({3, 1, 8, colour, {}, {0, 255, 0, 0, 0, 255, 0, 0, 0, 255}});
  for (const std::int64_t channels : {1, 3}) {
    EXPECT_EQ(data::decode_image(png, channels).pixels, read(png, channels).pixels);
  }
  expect_bad_input([&] { data::decode_image({}, 1); }, {"the picture is not a PNG picture"});
  const Bytes cut(png.begin(), png.begin() + 45);
  expect_bad_input([&] { data::decode_image(cut, 3, "camera 2"); }, {"camera 2 is a damaged PNG picture"});
  expect_bad_input([&] { data::decode_image(png, 2); }, {"2 channels", "1 or 3"});
}

TEST(WithChannels, MakesGreyAndColour) {
  const Image red{.width = 1, .height = 2, .channels = 3, .pixels = {255, 0, 0, 7, 7, 7}};
  const Image luma = data::with_channels(red, 1);
  EXPECT_EQ(luma.pixels, (Bytes{76, 7}));
  EXPECT_EQ(data::with_channels(luma, 3).pixels, (Bytes{76, 76, 76, 7, 7, 7}));
  EXPECT_EQ(data::with_channels(red, 3).pixels, red.pixels);
  expect_bad_input([&] { data::with_channels(red, 4); }, {"4 channels", "1 or 3"});
}

TEST_F(ReadImage, RefusesDamage) {
  const Bytes whole = encode({2, 2, 8, grey, {}, {0, 10, 20, 0, 30, 40}});
  Bytes flipped = whole;
  flipped[20] ^= 1;
  expect_refused(flipped, {"image.png", "damaged PNG"});
  expect_refused(Bytes(whole.begin(), whole.begin() + 45), {"image.png", "damaged PNG"});
  expect_refused(encode({2, 9, 8, grey, {}, {0, 10, 20, 0, 30, 40}}), {"image.png", "damaged PNG"});
  expect_refused(encode({0, 2, 8, grey, {}, {0}}), {"image.png", "damaged PNG"});
}

TEST_F(ReadImage, RefusesHugeClaims) {
  expect_refused(encode({100'000, 100'000, 8, grey, {}, {0, 1}}), {"100000 x 100000", "at most 64000000"});
  expect_refused(encode({8000, 8000, 8, grey, {}, {0, 1}}), {"8000 x 8000", "cannot hold"});
}

TEST(Resize, KeepsASizeAndAConstant) {
  const Image image{.width = 2, .height = 1, .channels = 3, .pixels = {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(resize(image, 2, 1).pixels, image.pixels);
  const Image flat{.width = 37, .height = 21, .channels = 1, .pixels = Bytes(37 * 21, 199)};
  for (const auto& [width, height] : {std::pair{28, 28}, {1, 1}, {100, 3}, {5, 90}}) {
    const Image resized = resize(flat, width, height);
    EXPECT_EQ(resized.width, width);
    EXPECT_EQ(resized.height, height);
    EXPECT_EQ(resized.pixels, Bytes(static_cast<std::size_t>(width * height), 199));
  }
}

TEST(Resize, InterpolatesLinearly) {
  const Image image{.width = 2, .height = 1, .channels = 1, .pixels = {0, 200}};
  EXPECT_EQ(resize(image, 4, 1).pixels, (Bytes{0, 50, 150, 200}));
  const Image column{.width = 1, .height = 2, .channels = 1, .pixels = {0, 200}};
  EXPECT_EQ(resize(column, 1, 4).pixels, (Bytes{0, 50, 150, 200}));
}

// Shrinking by 2: triangles over four pixels, weights 1 3 3 1 of 8, cut at the border: (3 3 1) of 7.
TEST(Resize, ShrinksWithoutAliasing) {
  const Image image{.width = 6, .height = 1, .channels = 1, .pixels = {70, 0, 140, 80, 160, 7}};
  EXPECT_EQ(resize(image, 3, 1).pixels, (Bytes{50, 103, 83}));
}

TEST(Resize, KeepsChannelsApart) {
  const Image image{
      .width = 2, .height = 2, .channels = 3, .pixels = {9, 0, 99, 9, 0, 99, 9, 0, 99, 9, 0, 99}};
  EXPECT_EQ(resize(image, 1, 1).pixels, (Bytes{9, 0, 99}));
}

TEST(Resize, RefusesImpossibleSizes) {
  const Image image{.width = 1, .height = 1, .channels = 1, .pixels = {1}};
  expect_bad_input([&] { resize(image, 0, 5); }, {"0 x 5"});
  expect_bad_input([&] { resize(image, 5, 1'000'000'000); }, {"5 x 1000000000"});
}

}  // namespace
}  // namespace lehr
