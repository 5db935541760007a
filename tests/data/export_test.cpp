#include <sys/stat.h>

#include <algorithm>

#include "lehr/core/disk_error.hpp"
#include "lehr/image/read.hpp"
#include "support.hpp"
#include "support/file_size_limit.hpp"

namespace lehr {
namespace {

namespace fs = data_test::fs;
using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::pixels_of;
using test::FileSizeLimit;

DataSplits some_digits() { return data::digits({.train = 60, .valid = 20, .seed = 2}); }

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void expect_equal(const Dataset& found, const Dataset& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::int64_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found.label(i), expected.label(i));
    EXPECT_EQ(pixels_of(found, i), pixels_of(expected, i));
  }
}

TEST(Export, WritesIdxThatReadsBack) {
  const data_test::TemporaryFolder folder;
  const DataSplits splits = some_digits();
  data::export_data(splits, folder / "new/parents/out", {.png = false});
  EXPECT_EQ(entries(folder / "new/parents/out"), 4U);
  EXPECT_EQ(entries(folder / "new/parents"), 1U);
  const DataSplits back = data::mnist(folder / "new/parents/out");
  expect_equal(*back.train, *splits.train);
  expect_equal(*back.valid, *splits.valid);
}

TEST(Export, WritesIdxOfMoreThanOnePiece) {
  const data_test::TemporaryFolder folder;
  const DataSplits splits = data::digits({.train = 5000, .valid = 4096});
  data::export_data(splits, folder / "out", {.png = false});
  const DataSplits back = data::mnist(folder / "out");
  expect_equal(*back.train, *splits.train);
  expect_equal(*back.valid, *splits.valid);
}

TEST(Export, WritesPngThatReadsBack) {
  const data_test::TemporaryFolder folder;
  const DataSplits splits = some_digits();
  data::export_data(splits, folder / "out/");
  EXPECT_EQ(entries(folder / "out"), 6U);
  EXPECT_EQ(entries(folder / "out/train"), 10U);
  EXPECT_EQ(entries(folder / "out/train/3"), 6U);
  EXPECT_EQ(entries(folder / "out/valid/9"), 2U);
  for (std::int64_t i = 0; i < 60; ++i) {
    const std::string name = std::to_string(i % 10) + "/00000" + std::to_string(i / 10 + 1) + ".png";
    const Image image = image::read(folder / "out/train" / name);
    EXPECT_EQ(image.width, 28);
    EXPECT_EQ(image.height, 28);
    EXPECT_EQ(image.pixels, pixels_of(*splits.train, i));
  }
}

TEST(Export, WritesTheSameBytesEachTime) {
  const data_test::TemporaryFolder folder;
  data::export_data(some_digits(), folder / "a");
  data::export_data(some_digits(), folder / "b");
  for (const auto& entry : fs::recursive_directory_iterator(folder / "a")) {
    if (!entry.is_regular_file()) continue;
    const fs::path twin = folder / "b" / fs::relative(entry.path(), folder / "a");
    EXPECT_EQ(data_test::read_bytes(entry.path()), data_test::read_bytes(twin)) << twin;
  }
}

TEST(Export, WritesColourAsPng) {
  const data_test::TemporaryFolder folder;
  const auto set = std::make_shared<MemoryDataset>(Shape{3, 1, 2}, Bytes{1, 2, 3, 4, 5, 6}, Bytes{1},
                                                   std::vector<std::string>{"cat", "dog"});
  const DataSplits splits{.source = "", .train = set, .valid = set};
  expect_bad_input([&] { data::export_data(splits, folder / "out"); }, {"grey", "3 channels"});
  EXPECT_TRUE(fs::is_empty(folder.path()));
  data::export_data(splits, folder / "out", {.idx = false});
  EXPECT_EQ(image::read(folder / "out/train/dog/000001.png").pixels, (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(fs::is_empty(folder / "out/train/cat"));
}

TEST(Export, TakesAnEmptyFolderAndNoOther) {
  const data_test::TemporaryFolder folder;
  fs::create_directory(folder / "out");
  data::export_data(some_digits(), folder / "out", {.png = false});
  expect_bad_input([&] { data::export_data(some_digits(), folder / "out"); }, {"out", "not empty"});
  data_test::write_bytes(folder / "file", {1});
  expect_bad_input([&] { data::export_data(some_digits(), folder / "file"); }, {"file", "not a folder"});
  expect_bad_input([&] { data::export_data(some_digits(), folder / "file/out"); }, {"Not a directory"});
  expect_bad_input([&] { data::export_data(some_digits(), ""); }, {"no name"});
  expect_bad_input([&] { data::export_data(some_digits(), folder / "x", {.idx = false, .png = false}); },
                   {"format"});
  EXPECT_EQ(entries(folder.path()), 2U);
  EXPECT_EQ(entries(folder / "out"), 4U);
}

TEST(Export, RefusesAParentThatCannotBeWritten) {
  const data_test::TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  {
    const data_test::OrdinaryUser user;
    expect_bad_input([&] { data::export_data(some_digits(), folder / "out"); }, {"out", "Permission denied"});
    expect_bad_input([&] { data::export_data(some_digits(), folder / "a/b/out"); }, {"Permission denied"});
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Export, LeavesNothingWhereAWriteFails) {
  const data_test::TemporaryFolder folder;
  std::string message;
  {
    const FileSizeLimit limit(20'000);  // the labels fit, the images do not
    try {
      data::export_data(some_digits(), folder / "new/out");
    } catch (const DiskError& error) {
      message = error.what();
    }
  }
  EXPECT_NE(message.find("out/train-images-idx3-ubyte\": cannot be written: File too large"),
            std::string::npos)
      << message;
  EXPECT_TRUE(fs::is_empty(folder.path()));
  message.clear();
  {
    const FileSizeLimit limit(100);
    try {
      data::export_data(some_digits(), folder / "out", {.idx = false});
    } catch (const DiskError& error) {
      message = error.what();
    }
  }
  EXPECT_NE(message.find(".png\": cannot be written: File too large"), std::string::npos) << message;
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Export, RefusesClassNamesThatAreNoFolders) {
  const data_test::TemporaryFolder folder;
  for (const char* name : {"..", "", "a/b", "."}) {
    const auto set =
        std::make_shared<MemoryDataset>(Shape{1, 1, 1}, Bytes{1}, Bytes{0}, std::vector<std::string>{name});
    const DataSplits splits{.source = "", .train = set, .valid = set};
    expect_bad_input([&] { data::export_data(splits, folder / "out"); }, {"class name", "folder"});
  }
  const auto set =
      std::make_shared<MemoryDataset>(Shape{1, 1, 1}, Bytes{1}, Bytes{0}, std::vector<std::string>{"a", "a"});
  expect_bad_input([&] { data::export_data({.source = "", .train = set, .valid = set}, folder / "out"); },
                   {"two classes"});
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace lehr
