// Batches are the same whether pictures are decoded whole or only where a crop needs them.
#include <string>
#include <vector>

#include "image/jpeg_encoder.hpp"
#include "lehr/data/cached.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/image/read.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::expect_bad_input;

constexpr int pictures = 12;

/// Class folders of JPEG files of several sizes, samplings and orientations, and a PNG file.
class PhotoFolder {
 public:
  PhotoFolder() {
    for (int i = 0; i < pictures; ++i) {
      const image_test::JpegKind kind{.width = 70 + 9 * i,
                                      .height = 130 - 7 * i,
                                      .luma_across = 1 + i % 2,
                                      .luma_down = 1 + i / 2 % 2,
                                      .progressive = i == 5,
                                      .orientation = 1 + i % 8};
      write(i, image_test::jpeg_bytes(kind));
    }
    const data_test::Bytes png =
        data_test::read_bytes(data_test::fs::path(LEHR_SOURCE_DIR) / "tests/goldens/pictures/files/rgba.png");
    write(pictures, png);
  }

  void write(int number, const data_test::Bytes& bytes) const {
    const data_test::fs::path file =
        folder_ / "train" / std::to_string(number % 2) / (std::to_string(number) + ".jpg");
    data_test::fs::create_directories(file.parent_path());
    data_test::write_bytes(file, bytes);
    data_test::fs::create_directories(folder_ / "valid" / std::to_string(number % 2));
    data_test::write_bytes(folder_ / "valid" / std::to_string(number % 2) / "1.jpg", bytes);
  }
  std::shared_ptr<const Dataset> train() const {
    return data::open_data("folder:" + folder_.path().string()).train;
  }

 private:
  data_test::TemporaryFolder folder_;
};

std::shared_ptr<const Dataset> decoded(const Dataset& dataset) {
  std::vector<Sample> samples(static_cast<std::size_t>(dataset.size()));
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    Sample& sample = samples[static_cast<std::size_t>(i)];
    dataset.read(i, sample.picture);
    sample.label = dataset.label(i);
  }
  return std::make_shared<PictureDataset>(std::move(samples), std::vector<std::string>{"0", "1"});
}

/// All values of the batches of an epoch from `first` on.
std::vector<float> values_of(const std::shared_ptr<const Dataset>& dataset, const std::string& transforms,
                             int workers, std::int64_t first = 0) {
  LoaderOptions options{.batch_size = 4, .sampler = {.name = "random"}, .seed = 7, .workers = workers};
  options.transforms = transforms_from_json(transforms);
  options.preprocessing = {.shape = {3, 32, 40},
                           .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}}};
  Loader loader(dataset, options);
  std::vector<float> values;
  loader.start(3, first);
  while (const Batch* const batch = loader.next())
    values.insert(values.end(), batch->pixels().begin(), batch->pixels().end());
  return values;
}

const std::vector<std::string> lists{
    R"([{"name": "random_resized_crop"}, {"name": "horizontal_flip"}])",
    R"([{"name": "random_resized_crop", "scale": [0.3, 1.0]}, {"name": "color_jitter", "brightness": 0.4},
        {"name": "random_affine", "degrees": 20}])",
    R"([{"name": "random_crop", "width": 40, "height": 32, "padding": 8, "border": "reflect"}])",
    R"([{"name": "random_crop", "width": 30, "height": 25}, {"name": "vertical_flip"}])",
    R"([{"name": "random_affine", "degrees": 30, "translate_x": 0.2}])",
    R"([{"name": "color_jitter", "brightness": 0.4}, {"name": "random_resized_crop"}])",
    R"([{"name": "horizontal_flip"}])"};

TEST(UnreadPictures, GiveTheBatchesOfWholeOnes) {
  const PhotoFolder photos;
  const std::shared_ptr<const Dataset> files = photos.train();
  const std::shared_ptr<const Dataset> whole = decoded(*files);
  for (const std::string& list : lists) {
    const std::vector<float> expected = values_of(whole, list, 0);
    for (const int workers : {0, 1, 3}) EXPECT_EQ(values_of(files, list, workers), expected) << list;
    const std::vector<float> rest(expected.end() - std::ssize(expected) + 8 * 3 * 32 * 40, expected.end());
    EXPECT_EQ(values_of(files, list, 2, 2), rest) << list;
    // All in memory, some of them, and the first time and later.
    EXPECT_EQ(values_of(cached(files, 1 << 24), list, 2), expected) << list;
    const std::shared_ptr<const Dataset> some = cached(files, 100'000);
    for (int time = 0; time < 2; ++time) EXPECT_EQ(values_of(some, list, 1), expected) << list;
  }
}

class CountedOpens final : public Dataset {
 public:
  explicit CountedOpens(std::shared_ptr<const Dataset> from) : from_(std::move(from)) {}
  std::int64_t size() const override { return from_->size(); }
  std::span<const std::string> class_names() const override { return from_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return from_->label(index); }
  void read(std::int64_t index, Image& picture) const override {
    ++reads;
    from_->read(index, picture);
  }
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    ++opens;
    return from_->open(index);
  }
  mutable int reads = 0, opens = 0;

 private:
  std::shared_ptr<const Dataset> from_;
};

TEST(UnreadPictures, AreForTransformsAlone) {
  const PhotoFolder photos;
  const auto counted = std::make_shared<CountedOpens>(photos.train());
  values_of(counted, "[]", 0);
  EXPECT_EQ(counted->opens, 0);
  EXPECT_EQ(counted->reads, pictures + 1);
  values_of(counted, lists[0], 0);
  EXPECT_EQ(counted->opens, pictures + 1);
  EXPECT_EQ(counted->reads, pictures + 1);
}

TEST(UnreadPictures, AreNamedIfTheyAreDamaged) {
  const PhotoFolder photos;
  data_test::Bytes bytes = image_test::jpeg_bytes({});
  bytes.resize(bytes.size() / 2);
  photos.write(3, bytes);
  expect_bad_input([&] { values_of(photos.train(), lists[0], 2); },
                   {"3.jpg", "is a damaged JPEG picture", "cut short"});
}

}  // namespace
}  // namespace lehr
