// A part of a picture that is not decoded whole has the same pixels.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "data/support.hpp"
#include "image/jpeg_encoder.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using image::Part;
using image_test::JpegKind;

std::unique_ptr<image::UnreadPicture> opened(const Bytes& bytes, const std::string& name = "photo 7") {
  return image::open({.bytes = bytes}, name);
}

Image part_of(const Bytes& bytes, const Part& part) {
  Image found;
  opened(bytes)->read(part, found);
  return found;
}

std::int64_t drawn(Rng& rng, std::int64_t below) {
  return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(below)));
}

/// The whole, each edge, single pixels and random parts.
std::vector<Part> parts_in(std::int64_t width, std::int64_t height, int count) {
  std::vector<Part> parts{{0, 0, width, height},     {0, 0, 1, 1},      {width - 1, height - 1, 1, 1},
                          {0, height - 1, width, 1}, {0, 0, 1, height}, {width - 1, 0, 1, height}};
  Rng rng(5, Purpose::test, static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height));
  for (int i = 0; i < count; ++i) {
    Part part;
    part.left = drawn(rng, width);
    part.top = drawn(rng, height);
    part.width = 1 + drawn(rng, width - part.left);
    part.height = 1 + drawn(rng, height - part.top);
    parts.push_back(part);
  }
  return parts;
}

void expect_equal_parts(const Bytes& bytes, int count, const std::string& what) {
  const Image whole = image::decode(bytes);
  ASSERT_EQ(opened(bytes)->size().width, whole.width) << what;
  ASSERT_EQ(opened(bytes)->size().height, whole.height) << what;
  for (const Part& part : parts_in(whole.width, whole.height, count)) {
    Image expected;
    image::crop(whole, part, expected);
    ASSERT_EQ(part_of(bytes, part), expected)
        << what << ": " << part.left << " " << part.top << " " << part.width << " " << part.height;
  }
}

TEST(PartOfAJpeg, EqualsThatOfTheWholeForEverySampling) {
  for (const auto& [across, down] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}}) {
    for (const auto& [width, height] : {std::pair{211, 157}, {128, 96}, {31, 33}, {7, 5}}) {
      for (const unsigned restart : {0U, 1U}) {
        const JpegKind kind{.width = width,
                            .height = height,
                            .luma_across = across,
                            .luma_down = down,
                            .rows_to_restart = restart};
        expect_equal_parts(image_test::jpeg_bytes(kind), 40,
                           std::to_string(across) + "x" + std::to_string(down) + " of " +
                               std::to_string(width) + " x " + std::to_string(height));
      }
    }
  }
}

TEST(PartOfAJpeg, EqualsThatOfTheWholeForOtherKinds) {
  expect_equal_parts(image_test::jpeg_bytes({.width = 101, .height = 83, .channels = 1}), 60, "grey");
  expect_equal_parts(image_test::jpeg_bytes({.width = 101, .height = 83, .progressive = true}), 30,
                     "progressive");
  expect_equal_parts(image_test::jpeg_bytes({.width = 101, .height = 83, .arithmetic = true}), 30,
                     "arithmetic");
}

TEST(PartOfAJpeg, IsThatOfTheUprightPicture) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    expect_equal_parts(image_test::jpeg_bytes({.width = 101, .height = 83, .orientation = orientation}), 40,
                       "orientation " + std::to_string(orientation));
  }
}

TEST(PartOfAPicture, EqualsThatOfTheWholeForEveryFormat) {
  for (const auto& entry :
       data_test::fs::directory_iterator(LEHR_SOURCE_DIR "/tests/goldens/pictures/files")) {
    expect_equal_parts(data_test::read_bytes(entry.path()), 10, entry.path().filename().string());
  }
}

// Whether a file is cut short must not depend on the part that is drawn.
TEST(PartOfAJpeg, IsRefusedIfTheFileIsCutShortBelowIt) {
  const Bytes whole = image_test::jpeg_bytes({.width = 101, .height = 83});
  for (const std::size_t length : {whole.size() - 1, whole.size() * 4 / 5}) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    expect_bad_input([&] { part_of(cut, {.width = 8, .height = 8}); },
                     {"photo 7 is a damaged JPEG", "cut short"});
  }
  expect_bad_input([&] { opened(Bytes(whole.begin(), whole.begin() + 20)); }, {"photo 7 is a damaged JPEG"});
}

TEST(PartOfAJpeg, IsReadAlsoIfBytesFollowTheEnd) {
  Bytes bytes = image_test::jpeg_bytes({.width = 101, .height = 83});
  bytes.insert(bytes.end(), 10, 0);
  expect_equal_parts(bytes, 5, "with bytes behind");
}

}  // namespace
}  // namespace lehr
