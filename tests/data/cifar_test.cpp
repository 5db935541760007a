#include "data/archives.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::Packing;
using data_test::TestEntry;

constexpr std::size_t plane = 1024;

/// Records with these labels. Pictures differ, and their planes too.
Bytes records(const std::vector<std::vector<std::uint8_t>>& labels) {
  Bytes bytes;
  for (const auto& of_record : labels) {
    bytes.insert(bytes.end(), of_record.begin(), of_record.end());
    const std::size_t start = bytes.size();
    for (std::size_t i = 0; i < 3 * plane; ++i)
      bytes.push_back(static_cast<std::uint8_t>(start / 3000 * 50 + i / plane * 10 + i % 7));
  }
  return bytes;
}

std::vector<TestEntry> cifar10_files(const std::string& around = "") {
  std::vector<TestEntry> files;
  for (std::uint8_t i = 1; i <= 5; ++i) {
    const auto second = static_cast<std::uint8_t>(9 - i);
    files.push_back({around + "data_batch_" + std::to_string(i) + ".bin", records({{i}, {second}})});
  }
  files.push_back({around + "test_batch.bin", records({{0}, {9}, {5}})});
  const std::string names = "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n\n";
  files.push_back({around + "batches.meta.txt", {names.begin(), names.end()}});
  return files;
}

void expect_small_cifar10(const DataSplits& data) {
  ASSERT_EQ(data.train->size(), 10);
  ASSERT_EQ(data.valid->size(), 3);
  EXPECT_EQ(data.valid, data.test);
  EXPECT_EQ(data.image_shape(), (Shape{3, 32, 32}));
  EXPECT_EQ(data.train->class_names()[3], "three");
  EXPECT_EQ(data.train->label(0), 1);
  EXPECT_EQ(data.train->label(3), 7);
  EXPECT_EQ(data.test->label(1), 9);
  const Bytes file = records({{1}, {8}});
  const Bytes pixels = data_test::pixels_of(*data.train, 1);
  for (const std::size_t pixel : {0U, 1U, 1023U}) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      EXPECT_EQ(pixels[3 * pixel + channel], file[3073 + 1 + channel * plane + pixel]);
  }
}

class Cifar : public testing::Test {
 protected:
  DataSplits open(const std::string& scheme = "cifar10") const {
    return data::open_data(scheme + ":" + folder_.path().string());
  }
  data_test::TemporaryFolder folder_;
};

TEST_F(Cifar, ReadsTheFolderOrOneAround) {
  data_test::write_files(folder_.path(), cifar10_files("cifar-10-batches-bin/"));
  expect_small_cifar10(open());
  expect_small_cifar10(data::open_data("cifar10:" + (folder_ / "cifar-10-batches-bin").string()));
}

TEST_F(Cifar, ReadsAnArchive) {
  const auto file = folder_ / "cifar-10-binary.tar.gz";
  data_test::write_archive(file, Packing::tar_gz, cifar10_files("cifar-10-batches-bin/"));
  expect_small_cifar10(data::open_data("cifar10:" + file.string()));
}

TEST_F(Cifar, ReadsTheFineLabelsOfAHundred) {
  data_test::write_files(folder_.path(),
                         {{"train.bin", records({{3, 99}, {4, 0}})}, {"test.bin", records({{5, 50}})}});
  const DataSplits data = open("cifar100");
  EXPECT_EQ(data.classes(), 100);
  EXPECT_EQ(data.train->label(0), 99);
  EXPECT_EQ(data.train->class_names()[99], "99") << "without a file of names";
  EXPECT_EQ(data.test->label(0), 50);
}

TEST_F(Cifar, ValidatesOnAShareOfTheTrainingSetIfAsked) {
  data_test::write_files(folder_.path(), cifar10_files());
  const DataSplits data =
      data::open_data({.name = "cifar10:" + folder_.path().string(), .seed = 1, .valid_share = 0.5});
  EXPECT_EQ(data.train->size() + data.valid->size(), 10);
  EXPECT_EQ(data.test->size(), 3);
}

TEST_F(Cifar, RefusesFilesThatDoNotFit) {
  const auto refused = [&](const std::string& name, const Bytes& bytes,
                           std::initializer_list<std::string_view> parts) {
    data_test::write_files(folder_.path(), cifar10_files());
    data_test::write_bytes(folder_ / name, bytes);
    expect_bad_input([&] { open(); }, parts);
  };
  expect_bad_input([&] { open(); }, {"lacks the file data_batch_1.bin", "binary version of CIFAR-10"});
  refused("data_batch_2.bin", {}, {"data_batch_2.bin", "0 bytes", "a multiple of 3073"});
  refused("test_batch.bin", Bytes(3072), {"test_batch.bin", "3072 bytes"});
  refused("data_batch_3.bin", records({{1}, {10}}), {"data_batch_3.bin", "the label of picture 1 is 10"});
  refused("batches.meta.txt", {'a', '\n'}, {"batches.meta.txt", "1 class name", "expected 10"});
  expect_bad_input([] { data::open_data("cifar10:no/such/place"); }, {"no/such/place", "does not exist"});
  for (const char* name : {"cifar10", "cifar100", "cifar10:"})
    expect_bad_input([&] { data::open_data(name); }, {":PATH"});
}

}  // namespace
}  // namespace lehr
