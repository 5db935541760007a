#include <sys/stat.h>

#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::gzipped;
using data_test::idx_header;
using data_test::idx_images;
using data_test::idx_labels;
using data_test::write_bytes;

class Mnist : public testing::Test {
 protected:
  void SetUp() override { data_test::write_small_mnist(folder_.path()); }
  void open() const { data::mnist(folder_.path()); }
  void replace(const std::string& name, const Bytes& bytes) const { write_bytes(folder_ / name, bytes); }
  void replace_gz(const std::string& name, const Bytes& bytes) const {
    data_test::fs::remove(folder_ / name);
    write_bytes(folder_ / (name + ".gz"), bytes);
  }
  void expect_refused(std::initializer_list<std::string_view> parts) const {
    expect_bad_input([&] { open(); }, parts);
  }

  static constexpr const char* train_images = "train-images-idx3-ubyte";
  static constexpr const char* train_labels = "train-labels-idx1-ubyte";
  static constexpr const char* test_images = "t10k-images-idx3-ubyte";
  static constexpr const char* test_labels = "t10k-labels-idx1-ubyte";
  data_test::TemporaryFolder folder_;
};

void expect_small_mnist(const DataSplits& splits) {
  ASSERT_EQ(splits.train->size(), 30);
  ASSERT_EQ(splits.valid->size(), 10);
  EXPECT_EQ(splits.image_shape(), (Shape{1, 6, 5}));
  EXPECT_EQ(splits.classes(), 10);
  const Bytes file = idx_images(30, 6, 5);
  for (std::int64_t i = 0; i < 30; ++i) {
    EXPECT_EQ(data_test::pixels_of(*splits.train, i),
              Bytes(file.begin() + 16 + i * 30, file.begin() + 46 + i * 30));
    EXPECT_EQ(splits.train->label(i), i * 3 % 10);
  }
}

TEST_F(Mnist, ReadsPlainFiles) {
  expect_small_mnist(data::mnist(folder_.path()));
  EXPECT_EQ(data::open_data("mnist:" + folder_.path().string()).source, "mnist:" + folder_.path().string());
}

TEST_F(Mnist, GivesItsTestFilesAsTestAndAsValidationSet) {
  const DataSplits splits = data::mnist(folder_.path());
  EXPECT_EQ(splits.set("test"), splits.valid);
  EXPECT_EQ(splits.set("valid"), splits.valid);
  EXPECT_EQ(splits.set("train"), splits.train);
}

TEST_F(Mnist, ReadsGzFiles) {
  for (const char* name : {train_images, train_labels, test_images, test_labels}) {
    replace_gz(name, gzipped(data_test::read_bytes(folder_ / name)));
  }
  expect_small_mnist(data::mnist(folder_.path()));
}

TEST_F(Mnist, ReadsGzFilesOfSeveralMembers) {
  const Bytes whole = idx_images(30, 6, 5);
  Bytes joined = gzipped(Bytes(whole.begin(), whole.begin() + 100));
  const Bytes second = gzipped(Bytes(whole.begin() + 100, whole.end()));
  joined.insert(joined.end(), second.begin(), second.end());
  replace_gz(train_images, joined);
  expect_small_mnist(data::mnist(folder_.path()));
}

TEST_F(Mnist, ReadsNamesWithADot) {
  for (const char* set : {"train", "t10k"}) {
    for (const char* kind : {"images-idx3", "labels-idx1"}) {
      const std::string dashed = std::string(set) + "-" + kind + "-ubyte";
      std::string dotted = dashed;
      dotted[dotted.find("-idx")] = '.';
      data_test::fs::rename(folder_ / dashed, folder_ / dotted);
    }
  }
  expect_small_mnist(data::mnist(folder_.path()));
}

TEST_F(Mnist, CountsMoreThanTenClasses) {
  Bytes labels = idx_labels(30);
  labels.back() = 25;
  replace(train_labels, labels);
  EXPECT_EQ(data::mnist(folder_.path()).classes(), 26);
}

TEST_F(Mnist, ReadsCompressibleFilesPastTheFirstAllocation) {
  Bytes images = idx_header({30, 400, 500});
  images.resize(images.size() + std::size_t{30} * 400 * 500);
  replace_gz(train_images, gzipped(images));
  images = idx_header({10, 400, 500});
  images.resize(images.size() + std::size_t{10} * 400 * 500);
  replace(test_images, images);
  EXPECT_EQ(data::mnist(folder_.path()).image_shape(), (Shape{1, 400, 500}));
}

TEST_F(Mnist, RefusesAMissingFolder) {
  expect_bad_input([&] { data::mnist(folder_ / "absent"); }, {"absent", "does not exist"});
  expect_bad_input([&] { data::mnist(folder_ / train_images); }, {train_images, "is not a folder"});
}

TEST_F(Mnist, RefusesAMissingFileAndListsTheNames) {
  data_test::fs::remove(folder_ / test_labels);
  expect_refused({"holds no file of t10k-labels", "t10k-labels-idx1-ubyte, t10k-labels.idx1-ubyte",
                  "t10k-labels-idx1-ubyte.gz", "t10k-labels.idx1-ubyte.gz"});
}

TEST_F(Mnist, RefusesAFolderInThePlaceOfAFile) {
  data_test::fs::remove(folder_ / train_images);
  data_test::fs::create_directory(folder_ / train_images);
  expect_refused({train_images, "is a folder"});
}

TEST_F(Mnist, RefusesAPipeInThePlaceOfAFile) {
  data_test::fs::remove(folder_ / train_images);
  ASSERT_EQ(::mkfifo((folder_ / train_images).c_str(), 0600), 0);
  expect_refused({train_images, "not a regular file"});
}

TEST_F(Mnist, RefusesADanglingLink) {
  data_test::fs::remove(folder_ / train_images);
  data_test::fs::create_symlink("nowhere", folder_ / train_images);
  expect_refused({train_images, "No such file"});
}

TEST_F(Mnist, RefusesAnUnreadableFile) {
  ASSERT_EQ(::chmod((folder_ / train_images).c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  const data_test::OrdinaryUser user;
  expect_refused({train_images, "Permission denied"});
}

TEST_F(Mnist, RefusesAFolderThatCannotBeEntered) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0), 0);
  {
    const data_test::OrdinaryUser user;
    expect_refused({folder_.path().string(), "Permission denied"});
  }
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(Mnist, RefusesATruncatedFile) {
  Bytes images = idx_images(30, 6, 5);
  images.resize(500);
  replace(train_images, images);
  expect_refused({train_images, "cut short", "30 images of 6 x 5", "916 bytes", "found 500"});
  images.resize(10);
  replace(train_images, images);
  expect_refused({train_images, "cut short", "header of 16 bytes", "found 10"});
  replace(train_images, {});
  expect_refused({train_images, "not an IDX file", "found 0"});
  replace(train_images, idx_images(30, 6, 5));
  replace(test_labels, idx_header({10}));
  expect_refused({test_labels, "cut short", "10 labels", "18 bytes", "found 8"});
}

TEST_F(Mnist, RefusesTrailingBytes) {
  Bytes images = idx_images(30, 6, 5);
  images.push_back(1);
  replace(train_images, images);
  expect_refused({train_images, "longer than its header says", "916 bytes"});
  replace_gz(train_images, gzipped(images));
  expect_refused({train_images, "longer than its header says", "916 bytes"});
}

TEST_F(Mnist, RefusesWhatIsNotIdx) {
  replace(train_images, {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  expect_refused(
      {train_images, "not an IDX file", "expected the first bytes 00 00 08 03", "found 50 4B 03 04"});
  replace_gz(train_images, gzipped({'h', 'e', 'l', 'l', 'o'}));
  expect_refused({train_images, "not an IDX file", "found 68 65 6C 6C"});
}

TEST_F(Mnist, RefusesOtherElementsAndDimensions) {
  Bytes images = idx_images(30, 6, 5);
  images[2] = 0x0D;
  replace(train_images, images);
  expect_refused({train_images, "32-bit reals", "expected unsigned bytes"});
  replace(train_images, idx_labels(30));
  expect_refused({train_images, "has 1 dimension; expected 3"});
  replace(train_images, idx_images(30, 6, 5));
  replace(train_labels, idx_images(30, 6, 5));
  expect_refused({train_labels, "has 3 dimensions; expected 1"});
}

TEST_F(Mnist, RefusesCountsThatDiffer) {
  replace(train_labels, idx_labels(29));
  expect_refused({"30 images", "29 labels", train_images, train_labels});
}

TEST_F(Mnist, RefusesAHeaderThatClaimsFourThousandMillionImages) {
  Bytes images = idx_images(30, 6, 5);
  std::fill(images.begin() + 4, images.begin() + 8, std::uint8_t{0xFF});
  replace(train_images, images);
  expect_refused({train_images, "4294967295 images of 6 x 5", "found 916"});
  replace_gz(train_images, gzipped(images));
  expect_refused({train_images, "4294967295 images of 6 x 5", "cannot hold"});
  std::fill(images.begin() + 4, images.begin() + 16, std::uint8_t{0xFF});
  replace(train_images, images);
  expect_refused({train_images, "4294967295 x 4294967295 pixels"});
  data_test::fs::remove(folder_ / (std::string(train_images) + ".gz"));
  replace(train_images, idx_images(30, 6, 5));
  replace_gz(train_labels, gzipped(idx_header({0xFFFFFFFF})));
  expect_refused({train_labels, "4294967295 labels", "cannot hold"});
}

TEST_F(Mnist, RefusesAGzThatEndsBeforeItsClaim) {
  Bytes images = idx_images(30, 6, 5);
  images[7] = 40;  // claims 40 images, which the compressed bytes could hold
  replace_gz(train_images, gzipped(images));
  expect_refused({train_images, "cut short", "40 images of 6 x 5", "1216 bytes", "found 916"});
}

TEST_F(Mnist, RefusesAnEmptySet) {
  replace(train_images, idx_header({0, 6, 5}));
  replace(train_labels, idx_header({0}));
  expect_refused({train_labels, "is empty"});
  replace(train_labels, idx_labels(30));
  expect_refused({train_images, "is empty"});
}

TEST_F(Mnist, RefusesImagesWithoutPixels) {
  replace(train_images, idx_header({30, 0, 5}));
  expect_refused({train_images, "0 x 5"});
}

TEST_F(Mnist, RefusesACutGz) {
  const Bytes whole = gzipped(idx_images(30, 6, 5));
  for (const std::size_t kept : {whole.size() / 2, whole.size() - 1, whole.size() - 8, std::size_t{15}}) {
    replace_gz(train_images, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept)));
    expect_refused({train_images, "cut short", "compressed data end"});
  }
}

TEST_F(Mnist, RefusesADamagedGz) {
  Bytes damaged = gzipped(idx_images(30, 6, 5));
  damaged[damaged.size() - 6] ^= 0x55;  // its checksum
  replace_gz(train_images, damaged);
  expect_refused({train_images, "damaged .gz", "incorrect data check"});
  Bytes followed = gzipped(idx_images(30, 6, 5));
  followed.push_back('x');
  replace_gz(train_images, followed);
  expect_refused({train_images, "damaged .gz", "other bytes follow"});
}

TEST_F(Mnist, RefusesTestImagesOfAnotherSizeOrClass) {
  replace(test_images, idx_images(10, 5, 6));
  expect_refused({test_images, "5 x 6", "expected 6 x 5"});
  replace(test_images, idx_images(10, 6, 5));
  Bytes labels = idx_labels(10);
  labels[8 + 4] = 12;
  replace(test_labels, labels);
  expect_refused({test_labels, "label 4 is 12", "less than 10"});
}

TEST(RealMnist, HasItsCountsAndFirstLabels) {
  const data_test::fs::path folder = LEHR_SOURCE_DIR "/../shared/data/mnist";
  if (!data_test::fs::exists(folder)) GTEST_SKIP() << "MNIST is not beside the sources";
  const DataSplits splits = data::mnist(folder);
  EXPECT_EQ(splits.train->size(), 60000);
  EXPECT_EQ(splits.valid->size(), 10000);
  EXPECT_EQ(splits.image_shape(), (Shape{1, 28, 28}));
  EXPECT_EQ(splits.train->label(0), 5);
  EXPECT_EQ(splits.train->label(1), 0);
  EXPECT_EQ(splits.train->label(2), 4);
  const Normalisation normalisation = normalisation_of(*splits.train);
  EXPECT_NEAR(normalisation.mean[0], 0.1307, 1e-4);
  EXPECT_NEAR(normalisation.std[0], 0.3081, 1e-4);
}

}  // namespace
}  // namespace lehr
