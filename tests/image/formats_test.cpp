// Every format as Pillow decodes it. tools/make_pictures.py writes the goldens.
#include <algorithm>
#include <cctype>
#include <set>

#include "data/support.hpp"
#include "image/encode_png.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
namespace fs = std::filesystem;

const fs::path goldens = fs::path(LEHR_SOURCE_DIR) / "tests/goldens/pictures";

Bytes file_bytes(const std::string& name) { return data_test::read_bytes(goldens / "files" / name); }

std::set<std::string> file_names() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(goldens / "files")) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

/// The largest difference of two pictures of one shape and depth.
int largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

class DecodedFile : public testing::TestWithParam<std::string> {};

TEST_P(DecodedFile, EqualsPillows) {
  const std::string& name = GetParam();
  const Image expected = image::read(goldens / "decoded" / (name + ".png"));
  const Image found = image::read(goldens / "files" / name);
  ASSERT_EQ(found.shape(), expected.shape());
  ASSERT_EQ(found.bits, expected.bits);
  EXPECT_EQ(largest_difference(found, expected), 0);
}

// A reader that is handed a part of a file has to notice.
TEST_P(DecodedFile, IsRefusedIfItIsCutShort) {
  if (GetParam() == "pages.tif") return;  // a part of it may have the whole first page
  const Bytes whole = file_bytes(GetParam());
  for (const std::size_t length :
       {whole.size() / 2, whole.size() * 4 / 5, whole.size() / 10, std::size_t{13}}) {
    const std::span<const std::uint8_t> cut = std::span(whole).first(length);
    testing::internal::CaptureStderr();
    expect_bad_input([&] { image::decode(cut, "photo 7"); }, {"photo 7 is a damaged "});
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << length;
  }
}

TEST_P(DecodedFile, IsRefusedIfItIsTooLarge) {
  const Image whole = image::read(goldens / "files" / GetParam());
  const std::int64_t pixels = whole.width * whole.height;
  EXPECT_NO_THROW(image::read(goldens / "files" / GetParam(), {.most_pixels = pixels}));
  expect_bad_input([&] { image::read(goldens / "files" / GetParam(), {.most_pixels = pixels - 1}); },
                   {GetParam(), "expected at most " + std::to_string(pixels - 1) + " pixels; --max-megapixels allows more"});
}

TEST_P(DecodedFile, ReusesTheMemory) {
  const Bytes bytes = file_bytes(GetParam());
  Image room;
  room.reset({4, 300, 400}, 16);
  image::decode(bytes, room);
  EXPECT_EQ(room, image::decode(bytes));
}

INSTANTIATE_TEST_SUITE_P(Pictures, DecodedFile, testing::ValuesIn(file_names()), [](const auto& tested) {
  std::string name = tested.param;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Orientation, MakesEveryPictureUpright) {
  const auto number = [](const Image& image, std::int64_t x, std::int64_t y) {
    return image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels)];
  };
  const Image upright = image::read(goldens / "files/orientation-1.jpg");
  const Image turned = image::read(goldens / "files/orientation-6.jpg");
  EXPECT_EQ(turned.width, upright.height);
  EXPECT_EQ(number(turned, turned.width - 1, 0), number(upright, 0, 0));
  EXPECT_EQ(number(turned, 0, turned.height - 1), number(upright, upright.width - 1, upright.height - 1));
}

TEST(Decode, FindsTheFormatByTheContent) {
  EXPECT_EQ(image::decode(file_bytes("named-png.jpg")), image::decode(file_bytes("grey.png")));
}

TEST(Decode, MayShrinkAJpeg) {
  const Bytes jpeg = file_bytes("baseline-444.jpg");  // 45 x 29
  const auto decoded = [&](const Bytes& bytes, std::int64_t least_side) {
    return image::decode(bytes, "photo 7", {.least_side = least_side});
  };
  const Image whole = image::decode(jpeg);
  EXPECT_EQ(decoded(jpeg, 29), whole);
  EXPECT_EQ(decoded(jpeg, 15), whole);
  EXPECT_EQ(decoded(jpeg, 14).shape(), (Shape{3, 15, 23}));
  EXPECT_EQ(decoded(jpeg, 8).shape(), (Shape{3, 15, 23}));
  EXPECT_EQ(decoded(jpeg, 7).shape(), (Shape{3, 8, 12}));
  EXPECT_EQ(decoded(jpeg, 3).shape(), (Shape{3, 4, 6}));
  const Image half = decoded(jpeg, 14);
  const Image expected = image::resize(whole, 23, 15);
  double difference = 0;
  for (std::size_t i = 0; i < half.pixels.size(); ++i)
    difference += std::abs(half.pixels[i] - expected.pixels[i]);
  EXPECT_LT(difference / static_cast<double>(half.pixels.size()), 8);
  EXPECT_EQ(decoded(file_bytes("grey.png"), 1), image::decode(file_bytes("grey.png")));
  EXPECT_EQ(decoded(file_bytes("orientation-6.jpg"), 14).shape(), (Shape{3, 23, 15}));
}

TEST(Decode, RefusesOtherFiles) {
  const auto refused = [](const std::string& content, std::initializer_list<std::string_view> parts) {
    const Bytes bytes(content.begin(), content.end());
    expect_bad_input([&] { image::decode(bytes, "photo 7"); }, parts);
  };
  refused("", {"photo 7 is empty"});
  refused("a text", {"photo 7 is not a picture", "JPEG, PNG, WebP, TIFF or BMP"});
  refused("GIF89a", {"photo 7 is a GIF file", "JPEG, PNG, WebP, TIFF or BMP"});
  refused("\x1F\x8B\x08", {"photo 7 is a gzip-compressed file"});
  refused(std::string("\0\0\0\x20", 4) + "ftypavif", {"photo 7 is a HEIF or AVIF file"});
}

void put(Bytes& bytes, std::size_t at, std::initializer_list<std::uint8_t> values) {
  std::ranges::copy(values, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

std::size_t place_of(const Bytes& bytes, std::initializer_list<std::uint8_t> sought) {
  return static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), sought.begin(), sought.end()) -
                                  bytes.begin());
}

// 65,000 is 0xFDE8. Each claim is refused before its pixels get memory.
TEST(Decode, RefusesHugeClaimsBeforeItAllocates) {
  Bytes jpeg = file_bytes("baseline-444.jpg");
  put(jpeg, place_of(jpeg, {0xFF, 0xC0}) + 5, {0xFD, 0xE8, 0xFD, 0xE8});
  Bytes progressive = file_bytes("progressive.jpg");
  put(progressive, place_of(progressive, {0xFF, 0xC2}) + 5, {0xFD, 0xE8, 0xFD, 0xE8});
  Bytes bmp = file_bytes("rgb.bmp");
  put(bmp, 18, {0xE8, 0xFD, 0, 0, 0xE8, 0xFD, 0, 0});
  Bytes tiff = file_bytes("big-endian.tif");
  put(tiff, place_of(tiff, {1, 0, 0, 3, 0, 0, 0, 1}) + 8, {0xFD, 0xE8});
  put(tiff, place_of(tiff, {1, 1, 0, 3, 0, 0, 0, 1}) + 8, {0xFD, 0xE8});
  for (const Bytes& bytes : {jpeg, progressive, bmp, tiff}) {
    expect_bad_input([&] { image::decode(bytes); }, {"65000 x 65000", "at most 64000000"});
  }
  Bytes webp = file_bytes("lossless.webp");  // 14 bits for each side - 1
  put(webp, 21, {0xFF, 0xFF, 0xFF, 0x0F});
  expect_bad_input([&] { image::decode(webp); }, {"16384 x 16384", "at most 64000000"});
  put(jpeg, place_of(jpeg, {0xFF, 0xC0}) + 5, {0x1F, 0x40, 0x1F, 0x40});
  expect_bad_input([&] { image::decode(jpeg); }, {"8000 x 8000", "cannot hold"});
}

TEST(Decode, GoesOnWithOtherPicturesAfterAnError) {
  const Bytes whole = file_bytes("progressive.jpg");
  const Image expected = image::decode(whole);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(image::decode(std::span(whole).first(whole.size() / 2)), BadInput);
    EXPECT_EQ(image::decode(whole), expected);
  }
}

// A scan of ten bytes costs a pass over the picture.
TEST(Decode, LimitsTheScansOfAJpeg) {
  Bytes jpeg = file_bytes("progressive.jpg");
  const Bytes begin_of_scan{0xFF, 0xDA};
  const auto last = std::find_end(jpeg.begin(), jpeg.end(), begin_of_scan.begin(), begin_of_scan.end());
  const Bytes scan(last, jpeg.end() - 2);
  for (int i = 0; i < 501; ++i) jpeg.insert(jpeg.end() - 2, scan.begin(), scan.end());
  expect_bad_input([&] { image::decode(jpeg); }, {"damaged JPEG", "more than 500 scans"});
}

TEST(Decode, RefusesKindsOfTiffThatItCannotKeep) {
  Bytes tiff = file_bytes("big-endian.tif");
  put(tiff, place_of(tiff, {1, 21, 0, 3}), {1, 83});  // the count of samples becomes the format of samples
  put(tiff, place_of(tiff, {1, 83, 0, 3}) + 8, {0, 3});
  expect_bad_input([&] { image::decode(tiff, "photo 7"); }, {"photo 7 is a TIFF picture", "floating-point"});
}

}  // namespace
}  // namespace lehr
