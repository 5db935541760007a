// A file of decoded pictures gives the same pictures as their files, whatever happens to it.
#include "data/kept_on_disk.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <string>
#include <vector>

#include "archives.hpp"
#include "data/picture_store_writer.hpp"
#include "image/jpeg_encoder.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/data/transform.hpp"
#include "support.hpp"
#include "support/child.hpp"
#include "support/file_size_limit.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::fs::path;
namespace fs = data_test::fs;

constexpr int pictures = 6;

/// Class folders of JPEG files of about 50 x 40 pixels, and a folder for what is kept.
class KeptOnDisk : public testing::Test {
 protected:
  KeptOnDisk() {
    for (int i = 0; i < pictures; ++i) write(i, i);
  }

  path file(int number) const {
    const path set = folder_ / "photos" / (number % 3 == 2 ? "valid" : "train");
    return set / std::to_string(number % 2) / (std::to_string(number) + ".jpg");
  }
  void write(int number, int content) const {
    fs::create_directories(file(number).parent_path());
    data_test::write_bytes(file(number),
                           image_test::jpeg_bytes({.width = 40 + content, .height = 50 - content}));
  }
  DataSplits opened(std::int64_t most_bytes = data::DataRequest::automatic_cache) const {
    return data::open_data(
        {.name = photos(), .cache_folder = folder_ / "kept", .cache_folder_bytes = most_bytes});
  }
  DataSplits undisturbed() const { return data::open_data(photos()); }

  /// The only file in the folder; empty if there is none.
  path kept() const {
    std::vector<path> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "kept")) files.push_back(entry.path());
    EXPECT_LE(files.size(), 1U);
    return files.empty() ? path() : files[0];
  }
  Bytes kept_bytes() const { return data_test::read_bytes(kept()); }

  static std::vector<Image> pictures_of(const DataSplits& splits) {
    std::vector<Image> all;
    for (const auto& set : {splits.train, splits.valid}) {
      for (int time = 0; time < 2; ++time) {
        for (std::int64_t i = 0; i < set->size(); ++i) set->read(i, all.emplace_back());
      }
    }
    return all;
  }

  /// Makes the files useless but for their names, sizes and times, so that only what is kept has the
  /// pictures.
  void blank_files() const {
    for (int i = 0; i < pictures; ++i) {
      const auto time = fs::last_write_time(file(i));
      data_test::write_bytes(file(i), Bytes(fs::file_size(file(i))));
      fs::last_write_time(file(i), time);
    }
  }

  std::string photos() const { return "folder:" + (folder_ / "photos").string(); }

  data_test::TemporaryFolder folder_;
};

std::vector<float> batches_of(const std::shared_ptr<const Dataset>& dataset) {
  LoaderOptions options{.batch_size = 2, .seed = 7, .workers = 2};
  options.transforms =
      transforms_from_json(R"([{"name": "random_resized_crop"}, {"name": "horizontal_flip"}])");
  options.preprocessing = {.shape = {3, 16, 16},
                           .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}}};
  Loader loader(dataset, options);
  std::vector<float> values;
  for (int epoch = 0; epoch < 3; ++epoch) {
    loader.start(epoch);
    while (const Batch* const batch = loader.next())
      values.insert(values.end(), batch->pixels().begin(), batch->pixels().end());
  }
  return values;
}

TEST_F(KeptOnDisk, GivesTheSamePicturesAndBatches) {
  const std::vector<Image> expected = pictures_of(undisturbed());
  const std::vector<float> batches = batches_of(undisturbed().train);
  EXPECT_EQ(pictures_of(opened()), expected);
  EXPECT_EQ(batches_of(opened().train), batches);
  blank_files();
  EXPECT_EQ(pictures_of(opened()), expected);
  EXPECT_EQ(batches_of(opened().train), batches);
  EXPECT_TRUE(opened().warnings.empty());
}

TEST_F(KeptOnDisk, DecodesAFileThatHasChanged) {
  const std::vector<Image> before = pictures_of(opened());
  write(1, 9);
  EXPECT_EQ(pictures_of(opened()), pictures_of(undisturbed()));
  EXPECT_NE(pictures_of(opened()), before);
}

TEST_F(KeptOnDisk, IsWrittenAnewIfItIsDamaged) {
  const std::vector<Image> expected = pictures_of(opened());
  const Bytes whole = kept_bytes();
  std::vector<Bytes> damaged{
      {}, {'a', ' ', 't', 'e', 'x', 't'}, Bytes(whole.begin(), whole.end() - 1), Bytes(whole.size())};
  const std::size_t list = whole.size() - sizeof(data::StoredPicture);
  for (const std::size_t place : {std::size_t{0}, std::size_t{8}, std::size_t{20}, list, list + 8}) {
    damaged.push_back(whole);
    damaged.back()[place] ^= 1;
  }
  for (const Bytes& bytes : damaged) {
    data_test::write_bytes(kept(), bytes);
    EXPECT_EQ(pictures_of(opened()), expected);
    EXPECT_EQ(kept_bytes().size(), whole.size());
    EXPECT_NE(kept_bytes(), bytes);
  }
}

TEST_F(KeptOnDisk, ReadsAPictureFromItsFileIfItsPixelsAreDamaged) {
  const std::vector<Image> expected = pictures_of(opened());
  const std::vector<float> batches = batches_of(undisturbed().train);
  for (const bool cut_later : {false, true}) {
    const Bytes whole = kept_bytes();
    Bytes bytes = whole;
    for (std::size_t place = sizeof(data::StoreHeader); place < bytes.size() / 2; place += 1000)
      bytes[place] ^= 16;
    if (!cut_later) data_test::write_bytes(kept(), bytes);
    const DataSplits splits = opened();
    if (cut_later) fs::resize_file(kept(), 200);
    EXPECT_EQ(batches_of(splits.train), batches);
    EXPECT_EQ(pictures_of(splits), expected);
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(pictures_of(opened()), expected);
    EXPECT_EQ(kept_bytes().size(), whole.size());
  }
}

TEST_F(KeptOnDisk, KeepsWithinItsBytes) {
  const std::vector<Image> expected = pictures_of(undisturbed());
  for (const std::int64_t limit : {1, 7'000, 20'000}) {
    EXPECT_EQ(pictures_of(opened(limit)), expected);
    EXPECT_LE(fs::file_size(kept()), static_cast<std::uintmax_t>(std::max<std::int64_t>(limit, 100)));
  }
  EXPECT_GT(fs::file_size(kept()), 10'000U);
  const auto written = fs::last_write_time(kept());
  EXPECT_EQ(pictures_of(opened(20'000)), expected);
  EXPECT_EQ(fs::last_write_time(kept()), written);
  opened(1'000'000);
  blank_files();
  EXPECT_EQ(pictures_of(opened(1'000'000)), expected);
}

TEST_F(KeptOnDisk, CountsTheOtherFilesOfTheFolder) {
  fs::create_directories(folder_ / "kept");
  data_test::write_bytes(folder_ / "kept/other.pictures", Bytes(15'000));
  const std::vector<Image> expected = pictures_of(undisturbed());
  EXPECT_EQ(pictures_of(opened(20'000)), expected);
  fs::remove(folder_ / "kept/other.pictures");
  EXPECT_LE(fs::file_size(kept()), 5'000U);
}

TEST_F(KeptOnDisk, WarnsOnceIfTheDiskIsFull) {
  const std::vector<Image> expected = pictures_of(undisturbed());
  const test::FileSizeLimit full(10'000);
  const DataSplits splits = opened();
  EXPECT_EQ(splits.warnings.size(), 1U);
  EXPECT_NE(splits.warnings.at(0).find("decoded pictures are not kept on disk: "), std::string::npos);
  EXPECT_NE(splits.warnings.at(0).find("cannot be written: "), std::string::npos);
  EXPECT_EQ(pictures_of(splits), expected);
  EXPECT_TRUE(kept().empty());
}

TEST_F(KeptOnDisk, IsNotWrittenByTwoProcesses) {
  const std::vector<Image> expected = pictures_of(undisturbed());
  opened();
  const path file = kept();
  fs::remove(file);
  const std::string part = file.string() + ".part";
  const int other = ::open(part.c_str(), O_RDWR | O_CREAT, 0644);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  const DataSplits splits = opened();
  EXPECT_EQ(pictures_of(splits), expected);
  EXPECT_TRUE(splits.warnings.empty());
  EXPECT_EQ(kept(), part);
  ::close(other);
  EXPECT_EQ(pictures_of(opened()), expected);
  EXPECT_EQ(kept(), file);
}

TEST_F(KeptOnDisk, GoesOnAfterAKillInMidWrite) {
  opened();
  const path file = kept();
  fs::remove(file);
  test::status_of_child([&] {
    const auto writer = data::PictureStoreWriter::begin(file, 1'000'000);
    writer->add(5, image_test::jpeg_content({}));
    ::_exit(0);  // destroys nothing
    return 0;
  });
  EXPECT_EQ(kept().extension(), ".part");
  EXPECT_EQ(pictures_of(opened()), pictures_of(undisturbed()));
  EXPECT_EQ(kept(), file);
}

TEST_F(KeptOnDisk, LeavesOutWhatCannotBeDecoded) {
  data_test::write_bytes(file(0), {'n', 'o'});
  Image picture;
  const DataSplits splits = opened();
  expect_bad_input([&] { splits.train->read(0, picture); }, {"0.jpg", "is not a picture"});
  splits.train->read(1, picture);
  const auto written = fs::last_write_time(kept());
  opened();
  EXPECT_EQ(fs::last_write_time(kept()), written);
}

TEST_F(KeptOnDisk, RefusesPicturesBeyondALowerLimit) {
  opened();
  Image picture;
  const DataSplits splits =
      data::open_data({.name = photos(), .most_pixels = 100, .cache_folder = folder_ / "kept"});
  expect_bad_input([&] { splits.train->read(0, picture); }, {"0.jpg", "at most 100 pixels"});
  expect_bad_input([&] { splits.train->open(0); }, {"0.jpg", "at most 100 pixels"});
}

TEST_F(KeptOnDisk, TellsHowFarItIs) {
  data::DataRequest request{.name = photos(), .cache_folder = folder_ / "kept"};
  std::vector<std::int64_t> seen;
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, pictures);
    seen.push_back(done);
  };
  data::open_data(request, progress);
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), pictures);
  seen.clear();
  data::open_data(request, progress);
  EXPECT_TRUE(seen.empty()) << "they are there";
}

TEST_F(KeptOnDisk, RefusesAFolderThatCannotBeOne) {
  data_test::write_bytes(folder_ / "kept", {'a'});
  expect_bad_input([&] { opened(); }, {"kept", "cannot be written"});
}

TEST_F(KeptOnDisk, KeepsPicturesOfArchives) {
  const path archive = folder_ / "a.tar";
  data_test::write_archive(archive, data_test::Packing::tar_gz,
                           data_test::pictures_at({"a/1.png", "a/2.png", "b/1.png", "b/2.png"}));
  const auto from = [&](bool keep) {
    data::DataRequest request{.name = "folder:" + archive.string()};
    if (keep) request.cache_folder = folder_ / "kept";
    return pictures_of(data::open_data(request));
  };
  EXPECT_EQ(from(true), from(false));
  EXPECT_EQ(from(true), from(false));
  EXPECT_FALSE(kept().empty());
}

}  // namespace
}  // namespace lehr
