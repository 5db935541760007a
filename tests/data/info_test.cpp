#include "lehr/data/info.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "data/archives.hpp"
#include "data/look.hpp"
#include "image/encode_webp.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using Names = std::vector<std::string>;

/// A colour picture with soft shapes, as photos have.
Image photo(std::uint64_t number, std::int64_t width = 60, std::int64_t height = 50) {
  Image image;
  Rng rng(number, Purpose::test);
  for (std::uint8_t& value : image.reset({3, 7, 8})) value = static_cast<std::uint8_t>(rng.below(256));
  return image::resize(image, width, height, Filter::bicubic);
}

Image brighter(Image image, int by) {
  for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(std::clamp(value + by, 0, 255));
  return image;
}

class Info : public testing::Test {
 protected:
  void write(const std::string& path, const Bytes& bytes) const {
    data_test::write_files(folder_.path(), {{path, bytes}});
  }
  void write(const std::string& path, const Image& picture) const { write(path, image::encode_png(picture)); }
  /// Pictures of which none resembles another.
  void write_others() const {
    for (std::uint64_t i = 0; i < 6; ++i) write("train/a/" + std::to_string(i) + ".png", photo(i));
    for (std::uint64_t i = 10; i < 16; ++i) write("train/b/" + std::to_string(i) + ".png", photo(i));
    for (std::uint64_t i = 20; i < 22; ++i) write("valid/a/" + std::to_string(i) + ".png", photo(i));
  }
  DataSplits open() const { return data::open_data("folder:" + folder_.path().string()); }
  data::DataInfo info() const { return data::info_of(open()); }
  data_test::TemporaryFolder folder_;
};

/// "1.png leak.png" with "(sets)" and "(classes)".
Names groups_of(const data::DataInfo& info, const std::vector<data::CopyGroup>& groups) {
  Names found;
  for (const data::CopyGroup& group : groups) {
    std::string text;
    for (const data::PictureRef& picture : group.pictures)
      text += std::filesystem::path(info.name(picture)).filename().string() + " ";
    if (group.across_sets) text += "(sets)";
    if (group.across_classes) text += "(classes)";
    found.push_back(text);
  }
  return found;
}

Names kinds_of(const std::vector<data::KindCount>& kinds) {
  Names found;
  for (const data::KindCount& kind : kinds) found.push_back(kind.name + " " + std::to_string(kind.pictures));
  return found;
}

TEST_F(Info, CountsAndMeasures) {
  write("train/a/1.png", photo(1));
  write("train/a/2.PNG", image::with_channels(photo(2), 1));
  write("train/b/3.jpg", image::encode_webp(photo(3), 80));
  write("train/b/4.png", image::with_bits(photo(4), 16));
  write("valid/b/5.png", image::with_channels(photo(5, 30, 90), 4));
  const data::DataInfo found = info();
  ASSERT_EQ(found.sets.size(), 2U);
  EXPECT_EQ(found.sets[0].name, "train");
  EXPECT_EQ(found.sets[0].class_counts, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(found.sets[1].class_counts, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(found.pictures(), 5);
  EXPECT_EQ(kinds_of(found.formats), (Names{"PNG 4", "WebP 1"})) << "contents count, not names";
  EXPECT_EQ(kinds_of(found.modes), (Names{"RGB 2", "16-bit RGB 1", "RGB with alpha 1", "grey 1"}));
  EXPECT_EQ(found.sizes.different, 2);
  EXPECT_EQ(kinds_of(found.sizes.usual), (Names{"60 x 50 4", "30 x 90 1"}));
  EXPECT_EQ(found.sizes.width.least, 30);
  EXPECT_EQ(found.sizes.width.median, 60);
  EXPECT_EQ(found.sizes.height.most, 90);
  EXPECT_DOUBLE_EQ(found.sizes.aspect.most, 1.2);
  EXPECT_EQ(found.name(found.sizes.odd.narrowest.picture), (folder_ / "valid/b/5.png").string());
  EXPECT_EQ(found.name(found.sizes.odd.widest.picture), (folder_ / "train/a/1.png").string());
  EXPECT_EQ(found.sizes.odd.narrowest.height, 90);
  EXPECT_TRUE(found.equal.empty());
  EXPECT_TRUE(found.similar.empty());
  EXPECT_TRUE(found.unreadable.empty());
  EXPECT_EQ(found.data.warnings.size(), 1U) << "a class without validation picture";
}

TEST_F(Info, MeasuresMeanAndStdAsATrainingDoes) {
  write_others();
  const DataSplits data = open();
  const data::DataInfo found = data::info_of(data);
  EXPECT_EQ(found.input.shape, data::suggested_shape(*data.train));
  EXPECT_EQ(found.input.normalisation,
            normalisation_of(*data.train, {.shape = found.input.shape, .fit = Fit::crop}));
}

TEST_F(Info, FindsEqualPictures) {
  write_others();
  write("train/a/same.png", photo(1));
  write("train/b/elsewhere.png", photo(2));
  write("valid/a/leak.webp", image::encode_webp(photo(3), 100));  // other bytes, equal pixels
  write("valid/b/both.png", photo(4));
  const data::DataInfo found = info();
  EXPECT_EQ(groups_of(found, found.equal), (Names{"4.png both.png (sets)(classes)", "3.png leak.webp (sets)",
                                                  "2.png elsewhere.png (classes)", "1.png same.png "}))
      << "across sets first, then across classes";
  EXPECT_TRUE(found.similar.empty()) << groups_of(found, found.similar)[0];
}

TEST_F(Info, FindsSimilarPictures) {
  write_others();
  write("train/a/smaller.png", image::resize(photo(1), 40, 33));
  write("valid/b/lossy.webp", image::encode_webp(photo(2), 50));
  write("train/b/squashed.png", image::resize(photo(3), 50, 50));
  write("train/a/brighter.png", brighter(photo(4), 25));
  write("train/a/darker.png", brighter(photo(5), -25));
  write("train/b/grey.png", image::with_channels(photo(10), 1));
  const data::DataInfo found = info();
  EXPECT_EQ(groups_of(found, found.similar),
            (Names{"2.png lossy.webp (sets)(classes)", "3.png squashed.png (classes)", "1.png smaller.png ",
                   "4.png brighter.png ", "5.png darker.png ", "10.png grey.png "}));
  EXPECT_TRUE(found.equal.empty());
}

TEST_F(Info, ListsEqualPicturesAmongSimilarOnesToo) {
  write_others();
  write("train/b/smaller.png", image::resize(photo(1), 40, 33));
  write("valid/a/copy-of-smaller.png", image::resize(photo(1), 40, 33));
  const data::DataInfo found = info();
  EXPECT_EQ(groups_of(found, found.equal), (Names{"smaller.png copy-of-smaller.png (sets)(classes)"}));
  EXPECT_EQ(groups_of(found, found.similar),
            (Names{"1.png smaller.png copy-of-smaller.png (sets)(classes)"}));
}

TEST_F(Info, FindsReencodedJpegFiles) {
  const data_test::fs::path files = data_test::fs::path(LEHR_SOURCE_DIR) / "tests/goldens/pictures/files";
  write_others();
  write("train/a/444.jpg", data_test::read_bytes(files / "baseline-444.jpg"));
  write("valid/a/420.jpg", data_test::read_bytes(files / "baseline-420.jpg"));
  const data::DataInfo found = info();
  EXPECT_EQ(groups_of(found, found.similar), (Names{"444.jpg 420.jpg (sets)"}));
  EXPECT_EQ(found.formats[1].name, "JPEG");
}

TEST_F(Info, KnowsInks) {
  const data_test::fs::path files = data_test::fs::path(LEHR_SOURCE_DIR) / "tests/goldens/pictures/files";
  for (const char* name : {"cmyk.jpg", "ycck.jpg", "cmyk.tif"})
    EXPECT_TRUE(image::has_inks(data_test::read_bytes(files / name))) << name;
  for (const char* name : {"rgb.jpg", "grey.jpg", "rgb-raw.tif", "big-endian.tif", "rgba.png"})
    EXPECT_FALSE(image::has_inks(data_test::read_bytes(files / name))) << name;
  const Bytes jpeg = data_test::read_bytes(files / "cmyk.jpg");
  for (std::size_t length = 0; length < 200; ++length)
    image::has_inks({jpeg.data(), length});  // reads nothing beyond
  write("train/a/1.jpg", jpeg);
  write("train/b/1.png", photo(1));
  write("valid/b/2.png", photo(2));
  EXPECT_EQ(kinds_of(info().modes), (Names{"RGB 2", "CMYK 1"}));
}

TEST_F(Info, KeepsPlainPicturesApart) {
  for (int i = 0; i < 20; ++i) {
    Image plain = photo(0);  // with differences of one level, as noise has
    for (std::uint8_t& value : plain.pixels) value = static_cast<std::uint8_t>(10 * i + value / 128);
    write("train/" + std::string(i < 10 ? "a/" : "b/") + std::to_string(i) + ".png", plain);
  }
  write("valid/a/1.png", photo(1));
  const data::DataInfo found = info();
  EXPECT_TRUE(found.equal.empty());
  EXPECT_TRUE(found.similar.empty()) << groups_of(found, found.similar)[0];
}

TEST(InfoOfDigits, KeepsDigitsApart) {
  const data::DataInfo found = data::info_of(data::digits({.train = 2000, .valid = 400}));
  std::size_t similar = 0;
  for (const data::CopyGroup& group : found.similar) similar += group.pictures.size();
  EXPECT_LT(similar, 24U);  // one in a hundred
  EXPECT_TRUE(found.equal.empty());
  EXPECT_TRUE(found.formats.empty());
  EXPECT_EQ(found.name({.set = 1, .sample = 7}), "sample 7");
}

TEST_F(Info, ListsWhatCannotBeRead) {
  write_others();
  Bytes cut = image::encode_png(photo(3));
  cut.resize(cut.size() / 2);
  write("train/a/cut.png", cut);
  write("train/b/empty.png", Bytes());
  write("valid/a/" + std::string(251, 'x') + ".png", Bytes{'t', 'e', 'x', 't'});
  write("valid/b/new\nline \xff.png", photo(3));
  const data::DataInfo found = info();
  ASSERT_EQ(found.unreadable.size(), 3U);
  const auto reason = [&](std::size_t i) { return found.unreadable[i].reason; };
  EXPECT_NE(reason(0).find("train/a/cut.png\" is a damaged PNG picture"), std::string::npos) << reason(0);
  EXPECT_NE(reason(1).find("train/b/empty.png\" is empty"), std::string::npos) << reason(1);
  EXPECT_NE(reason(2).find("xxx.png\" is not a picture"), std::string::npos) << reason(2);
  EXPECT_EQ(found.class_name(found.unreadable[1].picture), "b");
  EXPECT_EQ(found.sets[0].class_counts, (std::vector<std::int64_t>{7, 7})) << "they count";
  EXPECT_EQ(groups_of(found, found.equal), (Names{"3.png new\nline \xff.png (sets)(classes)"}));
}

TEST_F(Info, CountsPicturesOfTooManyPixelsAsUnreadable) {
  write_others();
  const data::DataInfo found = data::info_of(open(), {.most_pixels = 1});
  ASSERT_EQ(found.unreadable.size(), 14U);
  EXPECT_NE(found.unreadable[0].reason.find("at most 1 pixels"), std::string::npos);
}

TEST_F(Info, DescribesDataOfWhichNothingCanBeRead) {
  write("train/a/1.png", Bytes());
  write("train/b/1.png", Bytes());
  write("valid/b/1.png", Bytes());
  const data::DataInfo found = info();
  EXPECT_EQ(found.unreadable.size(), 3U);
  EXPECT_TRUE(found.input.normalisation.mean.empty());
  EXPECT_EQ(found.sizes.different, 0);
}

TEST_F(Info, TakesATestSetThatValidatesOnce) {
  write("train/a/1.png", photo(1));
  write("train/b/2.png", photo(2));
  write("test/a/3.png", photo(3));
  const data::DataInfo found = info();
  ASSERT_EQ(found.sets.size(), 2U);
  EXPECT_EQ(found.sets[1].name, "valid");
  EXPECT_TRUE(found.equal.empty());
}

TEST_F(Info, EndsEarlyIfAsked) {
  write_others();
  std::int64_t last = 0;
  const data::DataInfo whole = data::info_of(open(), {.progress = [&](std::int64_t done, std::int64_t total) {
                                               EXPECT_EQ(total, 14);
                                               last = done;
                                             }});
  EXPECT_FALSE(whole.cancelled);
  EXPECT_EQ(last, 14);
  EXPECT_TRUE(data::info_of(open(), {.cancelled = [] { return true; }}).cancelled);
}

TEST(LookGroups, HoldAllWhoseCodesDifferInFewBits) {
  Image room;
  data::Look look;
  data::look_at(photo(1), room, look);
  Rng rng(0, Purpose::test);
  const auto group_with = [&](int bits) {
    data::Look other = look;
    ++other.content;
    while (std::popcount(other.code ^ look.code) < bits) other.code ^= std::uint64_t{1} << rng.below(63);
    return data::alike_looks(std::vector<data::Look>{look, other}, {}).size();
  };
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(group_with(data::most_code_distance), 1U);
    ASSERT_EQ(group_with(data::most_code_distance + 1), 0U);
  }
}

class QuickWarnings : public Info {
 protected:
  Names warnings() const {
    return data::open_data({.name = "folder:" + folder_.path().string(), .quick_check = true}).warnings;
  }
};

TEST_F(QuickWarnings, TellOfLeaks) {
  write_others();
  write("valid/b/1.png", photo(30));
  EXPECT_EQ(warnings(), Names());
  write("valid/a/leak.png", photo(3));
  write("valid/b/other.png", photo(4));
  write("test/b/third.png", photo(12));
  write("train/a/copy.png", photo(20));  // of a validation picture
  ASSERT_EQ(warnings().size(), 3U) << "also that the test set lacks a class";
  EXPECT_NE(warnings()[1].find("3 pictures of the validation set are in the training set too, such as "),
            std::string::npos);
  EXPECT_NE(warnings()[1].find("valid/a/20.png\", which equals \""), std::string::npos) << warnings()[1];
  EXPECT_NE(warnings()[1].find("train/a/copy.png\"; lehr data info shows all"), std::string::npos);
  EXPECT_NE(warnings()[2].find("1 picture of the test set is in the training set too"), std::string::npos);
}

TEST_F(QuickWarnings, CompareWholeFiles) {
  write_others();
  Bytes file = image::encode_png(photo(40, 200, 200));
  ASSERT_GT(file.size(), 10'000U);
  write("train/a/large.png", file);
  file[100] ^= 1U;  // far from the middle
  write("valid/a/large.png", file);
  write("valid/b/1.png", photo(30));
  EXPECT_EQ(warnings(), Names());
}

TEST_F(QuickWarnings, TellOfFilesThatAreNoPictures) {
  write_others();
  write("valid/b/1.png", photo(30));
  EXPECT_EQ(warnings(), Names());
  write("train/a/zero.png", Bytes());
  write("train/b/page.png", Bytes{'<', 'h', 't', 'm', 'l', '>'});
  write("valid/b/2.png", Bytes{1, 2, 3});
  data_test::fs::create_symlink("nowhere.png", folder_ / "train/b/broken.png");
  ASSERT_EQ(warnings().size(), 2U);
  EXPECT_NE(warnings()[0].find("3 pictures of the training set cannot be read, such as: \""),
            std::string::npos);
  EXPECT_NE(warnings()[0].find("train/a/zero.png\" is empty; expected a picture"), std::string::npos)
      << warnings()[0];
  EXPECT_NE(warnings()[1].find("valid/b/2.png\" is not a picture that lehr reads"), std::string::npos);
}

class QuickWarningsOfArchives : public testing::TestWithParam<data_test::Packing> {};

TEST_P(QuickWarningsOfArchives, TellOfLeaks) {
  const data_test::TemporaryFolder folder;
  const Bytes file = image::encode_png(photo(1, 100, 100));
  Bytes other = file;
  other[100] ^= 1U;
  data_test::write_archive(folder / "photos", GetParam(),
                           {{"train/a/1.png", file},
                            {"train/b/2.png", image::encode_png(photo(2))},
                            {"valid/a/3.png", other},
                            {"valid/b/4.png", file},
                            {"valid/b/5.png", Bytes{'t', 'e', 'x', 't'}}});
  const Names warnings =
      data::open_data({.name = "folder:" + (folder / "photos").string(), .quick_check = true}).warnings;
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_NE(warnings[0].find("photos/valid/b/5.png\" is not a picture"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("1 picture of the validation set is in the training set too"),
            std::string::npos);
  EXPECT_NE(warnings[1].find("photos/valid/b/4.png\", which equals \""), std::string::npos) << warnings[0];
}

INSTANTIATE_TEST_SUITE_P(EachPacking, QuickWarningsOfArchives,
                         testing::Values(data_test::Packing::tar, data_test::Packing::tar_gz,
                                         data_test::Packing::zip));

TEST(QuickWarningsInMemory, TellOfLeaks) {
  const auto set = [](std::vector<std::uint8_t> pixels) {
    std::vector<std::uint8_t> labels(pixels.size() / 4);
    return std::make_shared<MemoryDataset>(Shape{1, 2, 2}, std::move(pixels), labels, Names{"a", "b"});
  };
  const DataSplits data{.train = set({1, 2, 3, 4, 5, 6, 7, 8}), .valid = set({9, 9, 9, 9, 5, 6, 7, 8})};
  ASSERT_EQ(data::quick_warnings(data).size(), 1U);
  EXPECT_NE(data::quick_warnings(data)[0].find("sample 1, which equals sample 1"), std::string::npos);
  EXPECT_TRUE(data::quick_warnings({.train = data.train, .valid = set({9, 9, 9, 9})}).empty());
}

TEST(RealPhotos, AreNoCopiesOfEachOther) {
  const data_test::fs::path archive = LEHR_SOURCE_DIR "/../shared/data/photos/cars.tar";
  if (!data_test::fs::exists(archive)) GTEST_SKIP() << "the photos are not beside the sources";
  const data::DataInfo found = data::info_of(data::open_data("folder:" + archive.string()));
  EXPECT_EQ(found.pictures(), 440);
  EXPECT_TRUE(found.unreadable.empty());
  EXPECT_EQ(groups_of(found, found.equal), Names());
  EXPECT_EQ(groups_of(found, found.similar), Names());
}

}  // namespace
}  // namespace lehr
