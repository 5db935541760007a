#include "lehr/image/read.hpp"

#include "data/support.hpp"
#include "image/encode_png.hpp"
#include "lehr/image/image.hpp"

namespace lehr {
namespace {

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
  Image read(const Bytes& bytes) const {
    data_test::write_bytes(folder_ / "image.png", bytes);
    return image::read(folder_ / "image.png");
  }
  void expect_refused(const Bytes& bytes, std::initializer_list<std::string_view> parts) const {
    expect_bad_input([&] { read(bytes); }, parts);
  }
  data_test::TemporaryFolder folder_;
};

constexpr std::uint8_t grey = 0, colour = 2, indexed = 3, grey_alpha = 4, colour_alpha = 6;

std::vector<std::uint16_t> wide(const Image& image) {
  const auto values = image.wide();
  return {values.begin(), values.end()};
}

TEST_F(ReadImage, ReadsGreyOfAnyDepth) {
  const Image image = read(encode({2, 2, 8, grey, {}, {0, 10, 20, 0, 30, 40}}));
  EXPECT_EQ(image, (Image{.width = 2, .height = 2, .channels = 1, .pixels = {10, 20, 30, 40}}));
  EXPECT_EQ(read(encode({4, 1, 1, grey, {}, {0, 0b10100000}})).pixels, (Bytes{255, 0, 255, 0}));
  EXPECT_EQ(read(encode({2, 1, 4, grey, {}, {0, 0x3F}})).pixels, (Bytes{51, 255}));
  const Image deep = read(encode({2, 1, 16, grey, {}, {0, 200, 7, 3, 250}}));
  EXPECT_EQ(deep.bits, 16);
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{200 * 256 + 7, 3 * 256 + 250}));
}

TEST_F(ReadImage, ReadsColourOfAnyDepth) {
  const Image image = read(encode({3, 1, 8, colour, {}, {0, 255, 0, 0, 0, 255, 0, 0, 0, 255}}));
  EXPECT_EQ(image,
            (Image{.width = 3, .height = 1, .channels = 3, .pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255}}));
  const Image deep = read(encode({1, 1, 16, colour, {}, {0, 1, 2, 3, 4, 5, 6}}));
  EXPECT_EQ(deep.channels, 3);
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{258, 772, 1286}));
}

TEST_F(ReadImage, ReadsPalettes) {
  const Bytes png = encode({2, 1, 8, indexed, {1, 2, 3, 9, 8, 7}, {0, 1, 0}});
  EXPECT_EQ(read(png).pixels, (Bytes{9, 8, 7, 1, 2, 3}));
  EXPECT_EQ(read(png).channels, 3);
}

TEST_F(ReadImage, ReadsTransparency) {
  const Image two = read(encode({1, 1, 8, grey_alpha, {}, {0, 90, 7}}));
  EXPECT_EQ(two, (Image{.width = 1, .height = 1, .channels = 2, .pixels = {90, 7}}));
  const Image four = read(encode({1, 1, 8, colour_alpha, {}, {0, 1, 2, 3, 4}}));
  EXPECT_EQ(four, (Image{.width = 1, .height = 1, .channels = 4, .pixels = {1, 2, 3, 4}}));
  const Image deep = read(encode({1, 1, 16, colour_alpha, {}, {0, 0, 1, 0, 2, 0, 3, 0, 4}}));
  EXPECT_EQ(wide(deep), (std::vector<std::uint16_t>{1, 2, 3, 4}));
  EXPECT_EQ(wide(read(encode({1, 1, 16, grey_alpha, {}, {0, 0, 1, 0, 2}}))),
            (std::vector<std::uint16_t>{1, 2}));
}

TEST(EncodePng, IsReadAsItWas) {
  for (const std::int64_t channels : {1, 2, 3, 4}) {
    for (const int bits : {8, 16}) {
      Image image;
      const auto pixels = image.reset({channels, 5, 7}, bits);
      for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 9);
      EXPECT_EQ(image::decode(image::encode_png(image)), image) << channels << " " << bits;
    }
  }
  Image five;
  five.reset({5, 1, 1});
  expect_bad_input([&] { image::encode_png(five); }, {"1 to 4 channels", "found 5"});
}

TEST_F(ReadImage, RefusesWhatIsNoPicture) {
  expect_bad_input([&] { image::read(folder_ / "absent.png"); }, {"absent.png", "No such file"});
  expect_bad_input([&] { image::read(folder_.path()); }, {"is a folder"});
  expect_refused({}, {"image.png", "is empty"});
  expect_refused({'G', 'I', 'F', '8', '9', 'a', 0, 0, 0}, {"image.png", "is a GIF file"});
  expect_refused(data_test::gzipped(encode({1, 1, 8, grey, {}, {0, 1}})),
                 {"image.png", "is a gzip-compressed file"});
}

TEST_F(ReadImage, DecodesBytesInMemoryAsItReadsAFile) {
  const Bytes png = encode({3, 1, 8, colour, {}, {0, 255, 0, 0, 0, 255, 0, 0, 0, 255}});
  EXPECT_EQ(image::decode(png), read(png));
  expect_bad_input([&] { image::decode({}); }, {"the picture is empty"});
  const Bytes cut(png.begin(), png.begin() + 45);
  expect_bad_input([&] { image::decode(cut, "camera 2"); }, {"camera 2 is a damaged PNG picture"});
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
  expect_refused(encode({1, 70'000, 8, grey, {}, Bytes(140'000)}), {"1 x 70000", "sides of at most 65536"});
  expect_refused(encode({8000, 8000, 8, grey, {}, {0, 1}}), {"8000 x 8000", "cannot hold"});
}

}  // namespace
}  // namespace lehr
