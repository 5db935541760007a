#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>

#include "data/archives.hpp"
#include "data/names.hpp"
#include "data/picture_files.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::classes_of;
using data_test::expect_bad_input;
using data_test::names_of;
using data_test::Packing;
using data_test::pictures_at;
using data_test::png_bytes;
using data_test::TestEntry;
using Names = std::vector<std::string>;

class Folder : public testing::Test {
 protected:
  void write(const Names& paths) const { data_test::write_files(folder_ / "photos", pictures_at(paths)); }
  std::string name() const { return "folder:" + (folder_ / "photos").string(); }
  DataSplits open() const { return data::open_data(name()); }
  void expect_refused(std::initializer_list<std::string_view> parts) const {
    expect_bad_input([&] { open(); }, parts);
  }
  data_test::TemporaryFolder folder_;
};

Names class_of_each(const Dataset& set) {
  Names labels;
  for (std::int64_t i = 0; i < set.size(); ++i)
    labels.push_back(set.class_names()[static_cast<std::size_t>(set.label(i))]);
  return labels;
}

TEST_F(Folder, ReadsClassFolders) {
  write({"train/dog/1.png", "train/cat/sub/2.png", "train/cat/1.png", "val/dog/9.png", "test/cat/7.png"});
  const DataSplits data = open();
  EXPECT_EQ(classes_of(*data.train), (Names{"cat", "dog"}));
  EXPECT_EQ(names_of(*data.train), (Names{"train/cat/1.png", "train/cat/sub/2.png", "train/dog/1.png"}));
  EXPECT_EQ(class_of_each(*data.train), (Names{"cat", "cat", "dog"}));
  EXPECT_EQ(names_of(*data.valid), (Names{"val/dog/9.png"}));
  EXPECT_EQ(data.valid->label(0), 1) << "a class keeps its number where the other one is missing";
  EXPECT_EQ(names_of(*data.test), (Names{"test/cat/7.png"}));
  EXPECT_EQ(data.train->origin(0), (folder_ / "photos/train/cat/1.png").string());
  Image picture;
  data.train->read(2, picture);
  EXPECT_EQ(picture, image::decode(png_bytes(0)));
}

TEST_F(Folder, TakesTheNamesOfSetsInAnyCase) {
  write({"Train/a/1.png", "Train/b/1.png", "Validation/b/1.png", "TEST/a/1.png"});
  const DataSplits data = open();
  EXPECT_EQ(data.valid->size(), 1);
  EXPECT_EQ(data.test->size(), 1);
  EXPECT_NE(data.valid, data.test);
}

TEST_F(Folder, ValidatesOnTheTestSetIfThereIsNoOther) {
  write({"train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png", "test/a/1.png", "test/b/1.png"});
  const DataSplits plain = open();
  EXPECT_EQ(plain.valid, plain.test);
  EXPECT_EQ(plain.train->size(), 4);
  const DataSplits divided = data::open_data({.name = name(), .valid_share = 0.5});
  EXPECT_EQ(divided.train->size(), 2);
  EXPECT_EQ(divided.valid->size(), 2);
  EXPECT_EQ(names_of(*divided.test), (Names{"test/a/1.png", "test/b/1.png"}));
}

TEST_F(Folder, IsTheSameAsAnArchiveWithASingleFolderAround) {
  Names paths;
  for (int i = 0; i < 20; ++i) paths.push_back((i % 2 == 0 ? "a-b/" : "a/") + std::to_string(i) + ".png");
  write(paths);
  const DataSplits folder = open();
  std::vector<TestEntry> entries = pictures_at(paths);
  for (TestEntry& entry : entries) entry.path = "./outer/inner/" + entry.path;
  for (const Packing packing : {Packing::tar, Packing::tar_gz, Packing::tar_zst, Packing::zip}) {
    const std::filesystem::path file = folder_ / "packed";
    data_test::write_archive(file, packing, entries);
    const DataSplits archive = data::open_data("folder:" + file.string());
    for (const char* set : {"train", "valid"}) {
      EXPECT_EQ(names_of(*archive.set(set)), names_of(*folder.set(set)));
      EXPECT_EQ(class_of_each(*archive.set(set)), class_of_each(*folder.set(set)));
      EXPECT_EQ(data_test::pixels_of(*archive.set(set), 1), data_test::pixels_of(*folder.set(set), 1));
    }
    EXPECT_EQ(classes_of(*archive.train), (Names{"a", "a-b"})) << "sorted by name, not by path";
  }
}

TEST_F(Folder, RefusesFoldersWithoutPictures) {
  expect_refused({"photos", "does not exist"});
  std::filesystem::create_directories(folder_ / "photos/cat");
  expect_refused({"photos", "holds no pictures", "found no files"});
  data_test::write_bytes(folder_ / "photos/cat/notes.txt", {1});
  expect_refused({"1 other file", "cat/notes.txt"});
  data_test::write_bytes(folder_ / "photos/cat/1.heic", {1});
  expect_refused({"1 picture that lehr does not read", "cat/1.heic"});
}

TEST_F(Folder, RefusesClassesThatCannotBeLearnt) {
  write({"cat/1.png", "cat/2.png"});
  expect_refused({"photos", "one class, \"cat\"", "at least two"});
  write({"Cat/1.png"});
  expect_refused({"\"Cat\" and \"cat\"", "upper and lower case"});
}

TEST_F(Folder, FindsClassesThatDifferInCaseBeyondAscii) {
  write({"\u00E9t\u00E9/1.png", "\u00C9t\u00C9/1.png"});
  expect_refused({"upper and lower case"});
}

TEST_F(Folder, RefusesClassNamesThatNoFileCanHold) {
  write({"cat/1.png", "caf\xE9/1.png"});
  expect_refused({"not UTF-8"});
}

TEST_F(Folder, RefusesClassNamesWithLineBreaks) {
  write({"cat/1.png", "d\nog/1.png"});
  expect_refused({"d\\x0Aog", "control character"});
}

TEST_F(Folder, TakesPicturesOfAnyName) {
  const std::string longest = std::string(251, 'n') + ".png";
  write({"a/\xE9.png", "a/b\nc.png", "b/" + longest, "b/2.png"});
  const DataSplits data = open();
  EXPECT_EQ(data.train->size() + data.valid->size(), 4);
}

TEST_F(Folder, RefusesPicturesWithoutClassFolders) {
  write({"1.png", "2.png"});
  expect_refused({"a folder for each class", "2 pictures", "1.png"});
}

TEST_F(Folder, WarnsOfWhatItLeavesOut) {
  write({"train/a/1.png", "train/b/1.png", "valid/a/1.png", "valid/b/1.png", "train/loose.png",
         "more/a/1.png"});
  data_test::write_bytes(folder_ / "photos/train/a/2.gif", {1});
  data_test::write_bytes(folder_ / "photos/train/a/Thumbs.db", {1});
  const Names warnings = open().warnings;
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_NE(warnings[0].find("train/a/2.gif"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("more/a/1.png"), std::string::npos) << warnings[1];
  EXPECT_NE(warnings[2].find("train/loose.png"), std::string::npos) << warnings[2];
}

TEST_F(Folder, WarnsOfClassFoldersWithoutPictures) {
  write({"outer/cat/1.png", "outer/cat/2.png", "outer/dog/1.png", "outer/dog/2.png"});
  for (const char* empty : {"outer/cow", "outer/cat/old", "outer/horse/more", "outer/.git", "beside"})
    std::filesystem::create_directories(folder_ / "photos" / empty);
  data_test::write_bytes(folder_ / "photos/outer/horse/more/notes.txt", {1});
  const Names warnings = open().warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(
      warnings[0].ends_with("/photos\": 2 class folders without pictures left out: \"cow\", \"horse\""))
      << warnings[0];
}

TEST_F(Folder, WarnsOfClassFoldersOfSetsWithoutPictures) {
  write({"train/cat/1.png", "train/dog/1.png", "valid/cat/1.png", "valid/dog/1.png"});
  for (const char* empty : {"train/cow", "test", "more/a"})
    std::filesystem::create_directories(folder_ / "photos" / empty);
  Names warnings = open().warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].ends_with(": 2 class folders without pictures left out: \"test\", \"train/cow\""))
      << warnings[0];
  for (int i = 0; i < 10; ++i)
    std::filesystem::create_directories(folder_ / "photos/train/x" / std::to_string(i));
  for (int i = 0; i < 10; ++i)
    std::filesystem::create_directories(folder_ / "photos/train" / std::to_string(i));
  warnings = open().warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find(": 13 class folders without"), std::string::npos) << warnings[0];
  EXPECT_TRUE(warnings[0].ends_with("\"train/3\" and 8 more")) << warnings[0];
}

TEST_F(Folder, WarnsOfClassFoldersOfAnArchiveWithoutPictures) {
  for (const Packing packing : {Packing::tar, Packing::tar_gz, Packing::tar_zst, Packing::zip}) {
    std::vector<TestEntry> entries = pictures_at({"a/1.png", "a/2.png", "b/1.png", "b/2.png"});
    for (const char* folder : {"./", "a/", "c/", "c/"}) entries.push_back({folder, {}, AE_IFDIR});
    data_test::write_archive(folder_ / "packed", packing, entries);
    const Names warnings = data::open_data("folder:" + (folder_ / "packed").string()).warnings;
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_TRUE(warnings[0].ends_with("1 class folder without pictures left out: \"c\"")) << warnings[0];
  }
}

TEST_F(Folder, RefusesClassesThatTheTrainingSetLacks) {
  write({"train/cat/1.png", "train/dog/1.png", "valid/Cat/1.png"});
  expect_refused(
      {"the validation set has the class \"Cat\"", "the training set lacks", "did you mean \"cat\"?"});
}

TEST_F(Folder, RefusesSetsThatAreThereTwice) {
  write({"train/a/1.png", "train/b/1.png", "valid/a/1.png", "val/a/1.png"});
  expect_refused({"\"val\" and \"valid\"", "the same set"});
}

TEST_F(Folder, RefusesSetsWithoutATrainingSet) {
  write({"valid/a/1.png", "test/b/1.png"});
  expect_refused({"\"test\"", "no folder train"});
}

TEST_F(Folder, WarnsOfClassesThatAreNotValidated) {
  write({"train/a/1.png", "train/b/1.png", "train/c/1.png", "valid/b/1.png"});
  ASSERT_EQ(open().warnings.size(), 1U);
  EXPECT_NE(open().warnings[0].find("no picture of 2 of 3 classes, such as \"a\""), std::string::npos)
      << open().warnings[0];
}

TEST_F(Folder, FollowsLinksButNotInCircles) {
  write({"a/1.png", "b/1.png", "b/2.png"});
  std::filesystem::create_directory_symlink("..", folder_ / "photos/a/up");
  std::filesystem::create_directory_symlink(".", folder_ / "photos/b/itself");
  std::filesystem::create_directory_symlink("../b", folder_ / "photos/a/other");
  std::filesystem::create_symlink("1.png", folder_ / "photos/a/again.png");
  const auto files = data::picture_files(folder_ / "photos");
  Names paths;
  for (std::int64_t i = 0; i < files->size(); ++i) paths.emplace_back(files->path(i));
  EXPECT_EQ(paths, (Names{"a/1.png", "a/again.png", "a/other/1.png", "a/other/2.png", "b/1.png", "b/2.png"}));
}

TEST_F(Folder, NamesTheFolderThatCannotBeRead) {
  write({"a/1.png", "b/1.png", "b/deep/1.png"});
  ::chmod(folder_.path().c_str(), 0755);
  ::chmod((folder_ / "photos/b/deep").c_str(), 0);
  const data_test::OrdinaryUser user;
  expect_refused({"photos/b/deep", "cannot be read", "Permission denied"});
}

TEST_F(Folder, RefusesFoldersInEachOtherWithoutEnd) {
  std::string deep = "a";
  for (int i = 0; i < 101; ++i) deep += "/d";
  write({deep + "/1.png"});
  expect_refused({"nested too deep", "100"});
}

TEST_F(Folder, IgnoresPipesAndDevices) {
  write({"a/1.png", "a/2.png", "b/1.png", "b/2.png"});
  ASSERT_EQ(::mkfifo((folder_ / "photos/a/pipe.png").c_str(), 0600), 0);
  EXPECT_EQ(open().train->size() + open().valid->size(), 4);
}

TEST_F(Folder, NamesThePictureThatCannotBeRead) {
  write({"a/1.png", "b/1.png"});
  write({"a/2.png", "b/2.png"});
  std::filesystem::remove(folder_ / "photos/a/1.png");
  const DataSplits all = open();
  for (const char* file : {"a/2.png", "b/1.png", "b/2.png"})
    std::filesystem::remove(folder_ / "photos" / file);
  Image picture;
  expect_bad_input([&] { read_picture(*all.train, 0, picture); },
                   {"sample 0", "photos/a/2.png", "No such file"});
}

TEST_F(Folder, RefusesPicturesOfTooManyPixels) {
  write({"a/1.png", "a/2.png", "b/1.png", "b/2.png"});  // of 4 x 5 pixels
  Image picture;
  for (const std::string& data : {name(), "inverted:" + name()}) {
    const DataSplits refused = data::open_data({.name = data, .most_pixels = 19});
    expect_bad_input([&] { refused.train->read(0, picture); }, {"a/", "--max-megapixels"});
    EXPECT_NO_THROW(data::open_data({.name = data, .most_pixels = 20}).train->read(0, picture));
  }
  const DataSplits refused = data::open_data({.name = name(), .most_pixels = 19});
  expect_bad_input([&] { refused.train->open(0); }, {"a/", "--max-megapixels"});
}

TEST_F(Folder, LeavesOutPicturesThatCannotBeReadIfAsked) {
  write({"train/a/1.png", "train/a/2.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"});
  data_test::write_bytes(folder_ / "photos/train/a/1.png", {});
  Bytes cut = png_bytes(3);
  cut.resize(cut.size() / 2);
  data_test::write_bytes(folder_ / "photos/test/a/1.png", cut);
  const DataSplits data = data::open_data({.name = name(), .skip_unreadable = true});
  EXPECT_EQ(names_of(*data.train), (Names{"train/a/2.png", "train/b/1.png"}));
  EXPECT_EQ(names_of(*data.valid), (Names{"test/b/1.png"}));
  EXPECT_EQ(data.valid, data.test);
  ASSERT_EQ(data.warnings.size(), 3U);
  EXPECT_NE(data.warnings[0].find("1 picture of the training set cannot be read"), std::string::npos)
      << data.warnings[0];
  EXPECT_NE(data.warnings[0].find("train/a/1.png"), std::string::npos) << data.warnings[0];
}

TEST_F(Folder, TellsHowFarItIsWithReadingAllPictures) {
  write({"train/a/1.png", "train/b/1.png", "valid/a/1.png", "valid/b/1.png", "valid/b/2.png"});
  for (const data::DataRequest& request : {data::DataRequest{.name = name(), .skip_unreadable = true},
                                           data::DataRequest{.name = name(), .cache_bytes = 1 << 20}}) {
    std::vector<std::int64_t> totals;
    data::open_data(request, [&](std::int64_t done, std::int64_t total) {
      if (done == total) totals.push_back(total);
    });
    ASSERT_FALSE(totals.empty());
    EXPECT_EQ(*std::ranges::min_element(totals), 2);
    EXPECT_EQ(*std::ranges::max_element(totals), 3);
  }
}

TEST_F(Folder, ListsManyFiles) {
  constexpr int count = 20'000;
  for (const char* of_class : {"photos/a", "photos/b"})
    std::filesystem::create_directories(folder_ / of_class);
  for (int i = 0; i < count; ++i)
    std::ofstream(folder_ / fmt::format("photos/{}/{:06}.jpg", i % 2 == 0 ? "a" : "b", i));
  const DataSplits data = open();
  EXPECT_EQ(data.valid->size(), count / 5);
  ASSERT_EQ(data.train->size(), count - count / 5);
  const Names names = names_of(*data.train);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(FolderScheme, NeedsAPath) {
  for (const char* name : {"folder", "folder:"})
    expect_bad_input([&] { data::open_data(name); }, {"write folder:PATH"});
  EXPECT_EQ(data::absolute_name("folder:x"), "folder:" + (std::filesystem::current_path() / "x").string());
}

}  // namespace
}  // namespace lehr
