// Resizes as Pillow's. tools/make_pictures.py writes the goldens.
#include <algorithm>
#include <array>
#include <cmath>

#include "data/support.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::expect_bad_input;
namespace fs = std::filesystem;

const fs::path goldens = fs::path(LEHR_SOURCE_DIR) / "tests/goldens/pictures/resized";

struct ResizeCase {
  std::string source, filter;
  image::Box box;
  image::Size size;
  std::string expected;
};

std::vector<ResizeCase> cases() {
  std::ifstream list(goldens / "cases.txt");
  std::vector<ResizeCase> all;
  ResizeCase one;
  while (list >> one.source >> one.filter >> one.box.left >> one.box.top >> one.box.width >> one.box.height >>
         one.size.width >> one.size.height >> one.expected) {
    all.push_back(one);
  }
  return all;
}

int largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size() * 8 / static_cast<std::size_t>(a.bits); ++i) {
    largest = std::max(
        largest, a.bits == 8 ? std::abs(a.pixels[i] - b.pixels[i]) : std::abs(a.wide()[i] - b.wide()[i]));
  }
  return largest;
}

TEST(Resample, EqualsPillowsToOneLevel) {
  ASSERT_EQ(cases().size(), 90U);
  Image found;
  for (const ResizeCase& one : cases()) {
    const Image expected = image::read(goldens / one.expected);
    image::resize_part(image::read(goldens / one.source), one.box, one.size,
                       image::filter_by_name(one.filter), found);
    ASSERT_EQ(found.shape(), expected.shape());
    ASSERT_EQ(found.bits, expected.bits);
    const bool exact = found.bits == 8 && one.filter != "bilinear";
    EXPECT_LE(largest_difference(found, expected), exact ? 0 : 1) << one.expected;
  }
}

constexpr std::array filters{Filter::bilinear, Filter::bicubic, Filter::lanczos};

TEST(Resample, OfAPartIsACropAndAResize) {
  Image found;
  Image part;
  for (const char* source : {"colour.png", "grey.png", "wide.png"}) {
    const Image image = image::read(goldens / source);
    for (const Filter filter : filters) {
      for (const image::Part& place :
           {image::Part{3, 4, 30, 21}, image::Part{0, 0, 5, 40}, image::Part{39, 0, 1, 1}}) {
        for (const image::Size& size :
             {image::Size{16, 16}, image::Size{30, 9}, image::Size{7, 21}, image::Size{30, 21}}) {
          image::crop(image, place, part);
          image::resize_part(image, place, size, filter, found);
          EXPECT_EQ(found, image::resize(part, size.width, size.height, filter));
        }
      }
    }
  }
}

// Pictures of other sizes in between do not change a result.
TEST(Resample, DependsOnNothingBefore) {
  const Image image = image::read(goldens / "colour.png");
  const Image first = image::resize(image, 20, 15, Filter::lanczos);
  image::resize(image, 20, 15, Filter::bicubic);
  image::resize(image::read(goldens / "grey.png"), 20, 15, Filter::lanczos);
  image::resize(image, 61, 15, Filter::lanczos);
  EXPECT_EQ(image::resize(image, 20, 15, Filter::lanczos), first);
}

TEST(Resample, OfExtremesStaysInTheRange) {
  for (const int bits : {8, 16}) {
    Image image;
    for (std::size_t i = 0; auto& value : image.reset({1, 24, 24}, bits)) value = i++ / 48 % 2 == 0 ? 0 : 255;
    for (const Filter filter : filters) {
      for (const std::int64_t side : {1, 7, 23, 25, 90})
        EXPECT_NO_THROW(image::resize(image, side, side, filter));
      const Image flat = image::resize(
          image::with_bits({.width = 3, .height = 2, .pixels = std::vector<std::uint8_t>(6, 255)}, bits), 50,
          40, filter);
      EXPECT_TRUE(std::ranges::all_of(flat.pixels, [](std::uint8_t value) { return value == 255; }));
    }
  }
}

TEST(Resample, RefusesPartsOutsideOfThePicture) {
  const Image image = image::read(goldens / "grey.png");
  Image to;
  const auto refused = [&](const image::Box& box) {
    expect_bad_input(
        [&] {
          image::resize_part(image, box, {4, 4}, Filter::bilinear, to);
        },
        {"40 x 52", "has no part"});
  };
  refused({-0.5, 0, 4, 4});
  refused({0, 0, 40.5, 4});
  refused({0, 50, 4, 3});
  refused({0, 0, 0, 4});
  refused({0, 0, std::nan(""), 4});
  expect_bad_input(
      [&] {
        image::resize_part(image, image::Part{30, 0, 11, 4}, {4, 4}, Filter::bilinear, to);
      },
      {"has no part"});
}

TEST(Filter, HasANameEach) {
  for (const Filter filter : filters) EXPECT_EQ(image::filter_by_name(image::name_of(filter)), filter);
  expect_bad_input([] { image::filter_by_name("bilinaer"); },
                   {"filter \"bilinaer\"", "did you mean \"bilinear\"?"});
}

TEST(Background, HasANameEach) {
  for (const Background one : {Background::white, Background::black, Background::none}) {
    EXPECT_EQ(image::background_by_name(image::name_of(one)), one);
  }
  expect_bad_input([] { image::background_by_name("grey"); }, {"background \"grey\"", "white, black, none"});
}

}  // namespace
}  // namespace lehr
