#include "lehr/data/augmentation.hpp"

#include <algorithm>
#include <set>

#include "data/augment_operations.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/image/edit.hpp"
#include "support.hpp"
#include "support/augmentation_goldens.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

Image noise(std::int64_t width, std::int64_t height, std::int64_t channels, int bits = 8) {
  Image image;
  Rng rng(7, Purpose::test, static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height));
  for (std::uint8_t& byte : image.reset({channels, height, width}, bits)) {
    byte = static_cast<std::uint8_t>(rng.below(256));
  }
  return image;
}

Image augmented(const std::string& json, Image picture, std::uint64_t sample = 0,
                const Preprocessing* preprocessing = nullptr) {
  Image room;
  TransformContext context{
      .rng = Rng(1, Purpose::test, 0, sample), .room = room, .preprocessing = preprocessing};
  make_transform(transforms_from_json("[" + json + "]").front())->apply(picture, context);
  return picture;
}

TEST(AugmentOperations, AreWithinTwoLevelsOfTorchvision) {
  const test::AugmentationGoldens goldens = test::augmentation_goldens(LEHR_SOURCE_DIR);
  std::set<std::string> found;
  for (const test::AugmentationCase& one : goldens.cases) {
    const auto dot = one.function.find('.');
    if (dot == std::string::npos) continue;
    SCOPED_TRACE(one.function + nlohmann::json(one.numbers).dump());
    const bool is_wide = one.function.starts_with("TrivialAugmentWide");
    const auto operation = static_cast<data::Operation>(static_cast<int>(one.numbers[0]));
    const bool negative = one.numbers[2] < 0;
    EXPECT_TRUE(!negative || has_directions(operation));
    Image picture = goldens.pictures.at(one.picture);
    Image room;
    LazyPicture lazy(picture, room);
    apply(operation, is_wide ? data::trivial_augment_limits : data::rand_augment_limits,
          {one.numbers[1], negative}, {}, lazy);
    test::expect_close(lazy.made(), one.result, 2);
    found.insert(one.function);
  }
  EXPECT_EQ(found.size(), 2 * data::operation_count);
}

TEST(VerticalFlip, FlipsThatShareOfThePictures) {
  const Image picture{.width = 1, .height = 3, .pixels = {1, 2, 3}};
  EXPECT_EQ(augmented(R"({"name":"vertical_flip","probability":1})", picture).pixels, (Bytes{3, 2, 1}));
  EXPECT_EQ(augmented(R"({"name":"vertical_flip","probability":0})", picture), picture);
}

TEST(RandomCrop, HasTheSizeOfThePictureUnlessGiven) {
  const Image picture = noise(9, 6, 3);
  std::set<Bytes> found;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Image crop = augmented(R"({"name":"random_crop","padding":1,"border":"reflect"})", picture, i);
    ASSERT_EQ(crop.shape(), picture.shape());
    found.insert(crop.pixels);
  }
  EXPECT_EQ(found.size(), 9U);
  Image shifted;
  image::crop(picture, {.left = -1, .top = 1, .width = 9, .height = 6}, shifted, {.reflect = true});
  EXPECT_TRUE(found.contains(shifted.pixels));
  const Image white =
      augmented(R"({"name":"random_crop","width":27,"height":18,"padding":9,"fill":255})", picture);
  EXPECT_EQ(white.pixels.front(), 255);
}

// The area of a part shows in the mean of what is drawn: a picture whose columns are numbered.
TEST(RandomResizedCrop, TakesPartsOfTheAreaAndTheRatio) {
  Image columns;
  const auto pixels = columns.reset({1, 100, 200});
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 200);
  double narrowest = 200;
  double widest = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Image crop = augmented(
        R"({"name":"random_resized_crop","width":50,"height":40,"scale":[0.25,0.5],"ratio":[0.5,2]})",
        columns, i);
    ASSERT_EQ(crop.shape(), (Shape{1, 40, 50}));
    const double width = (crop.pixels[49] - crop.pixels[0]) * 50.0 / 49;
    narrowest = std::min(narrowest, width);
    widest = std::max(widest, width);
  }
  // Areas from 5,000 to 10,000 pixels, heights of at most 100: widths from 50 to 141.
  EXPECT_NEAR(narrowest, 50, 6);
  EXPECT_NEAR(widest, 141, 6);
}

TEST(RandomResizedCrop, HasTheSizeOfTheInputUnlessGiven) {
  const Preprocessing preprocessing{.shape = {3, 24, 20}};
  EXPECT_EQ(augmented(R"({"name":"random_resized_crop"})", noise(60, 50, 3), 0, &preprocessing).shape(),
            (Shape{3, 24, 20}));
  expect_bad_input([] { augmented(R"({"name":"random_resized_crop"})", noise(60, 50, 3)); },
                   {"random_resized_crop needs width and height"});
  expect_bad_input([] { augmented(R"({"name":"random_resized_crop","width":3})", noise(6, 5, 3)); },
                   {"height must be an integer"});
}

TEST(RandomResizedCrop, TakesTheMiddleIfNoPartFits) {
  const Image wide = noise(60, 10, 1);
  const Image crop = augmented(
      R"({"name":"random_resized_crop","width":10,"height":10,"scale":[1,1],"ratio":[0.5,1]})", wide);
  Image middle;
  image::crop(wide, {.left = 25, .top = 0, .width = 10, .height = 10}, middle);
  EXPECT_EQ(crop, middle);
}

TEST(RandomAffine, ShiftsByWholePixels) {
  const Image picture = noise(32, 32, 3);
  std::set<Bytes> all;
  for (std::int64_t left = -4; left <= 4; ++left) {
    for (std::int64_t top = -4; top <= 4; ++top) {
      Image shifted;
      image::crop(picture, {.left = left, .top = top, .width = 32, .height = 32}, shifted, {.reflect = true});
      all.insert(shifted.pixels);
    }
  }
  std::set<Bytes> found;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    found.insert(
        augmented(R"({"name":"random_affine","translate_x":0.125,"translate_y":0.125,"border":"reflect"})",
                  picture, i)
            .pixels);
  }
  EXPECT_EQ(found, all);
}

TEST(Cutout, ErasesASquareAnywhere) {
  const Image picture = noise(16, 16, 1);
  std::set<std::int64_t> sizes;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Image found = augmented(R"({"name":"cutout","size":0.25,"value":7})",
                                  Image{.width = 16, .height = 16, .pixels = Bytes(256)}, i);
    sizes.insert(std::ranges::count(found.pixels, 7));
  }
  EXPECT_EQ(*sizes.rbegin(), 16);
  EXPECT_EQ(*sizes.begin(), 4);  // a corner
}

TEST(RandomErasing, ErasesAShareOfThePicture) {
  int erased = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Image found = augmented(R"({"name":"random_erasing","scale":[0.1,0.2],"value":255})",
                                  Image{.width = 20, .height = 30, .pixels = Bytes(600)}, i);
    const auto count = std::ranges::count(found.pixels, 255);
    erased += count > 0 ? 1 : 0;
    if (count > 0) {
      EXPECT_NEAR(static_cast<double>(count), 90, 45);
    }
  }
  EXPECT_NEAR(erased, 200, 50);
}

TEST(ColorJitter, ChangesNothingWithoutSettings) {
  const Image picture = noise(8, 8, 3);
  EXPECT_EQ(augmented(R"({"name":"color_jitter"})", picture), picture);
  EXPECT_NE(augmented(R"({"name":"color_jitter","hue":0.3})", picture), picture);
  EXPECT_EQ(augmented(R"({"name":"color_jitter","brightness":[2,2]})",
                      Image{.width = 1, .height = 1, .pixels = {9}})
                .pixels,
            (Bytes{18}));
}

TEST(Transforms, RefuseWrongListsOfNumbers) {
  const auto refused = [](const std::string& json, std::initializer_list<std::string_view> parts) {
    expect_bad_input([&] { make_transform(transforms_from_json("[" + json + "]").front()); }, parts);
  };
  refused(R"({"name":"random_resized_crop","scale":[0.5,0.2]})",
          {"scale must be two ascending numbers from", "to 1, found [0.5, 0.2]"});
  refused(R"({"name":"random_resized_crop","scale":0.5})",
          {"scale must be two ascending numbers", "found 0.5"});
  refused(R"({"name":"color_jitter","hue":0.6})", {"hue must be a number from 0 to 0.5, found 0.6"});
  refused(R"({"name":"color_jitter","hue":[-0.6,0]})",
          {"hue must be two ascending numbers from -0.5 to 0.5"});
  refused(R"({"name":"random_affine","border":"wrap"})", {"unknown border \"wrap\"", "zero, reflect"});
  refused(R"({"name":"rand_augment","magnitude":31})", {"magnitude must be below num_magnitude_bins"});
}

// Neighbouring changes of geometry are combined: a rotation there and back blurs nothing.
TEST(TransformChain, ResamplesOnce) {
  const auto set = std::make_shared<PictureDataset>(std::vector<Sample>{{noise(9, 9, 1), 0, ""}},
                                                    std::vector<std::string>{"a"});
  const auto loaded = [&](const std::string& json) {
    Loader loader(set, {.batch_size = 1,
                        .transforms = transforms_from_json(json),
                        .preprocessing = {.shape = {1, 9, 9}, .normalisation = {{0}, {1}}}});
    loader.start(0);
    const auto values = loader.next()->pixels();
    return std::vector<float>(values.begin(), values.end());
  };
  const std::string turn = R"({"name":"random_affine","degrees":[30,30]})";
  const std::string back = R"({"name":"random_affine","degrees":[-30,-30]})";
  EXPECT_EQ(loaded("[" + turn + "," + back + "]"), loaded("[]"));
  const std::string grey = R"({"name":"random_grayscale"})";
  EXPECT_NE(loaded("[" + turn + "," + grey + "," + back + "]"), loaded("[]"));
}

TEST(Augmentation, HasNames) {
  EXPECT_EQ(data::augmentation_names(), (std::vector<std::string>{"none", "light", "photos", "digits"}));
  EXPECT_TRUE(data::augmentation("none").empty());
  for (const std::string& name : data::augmentation_names()) {
    for (const TransformSpec& spec : data::augmentation(name)) EXPECT_NO_THROW(make_transform(spec));
  }
  expect_bad_input([] { data::augmentation("ligt"); }, {"unknown augmentation", "did you mean \"light\"?"});
}

constexpr const char* every_augmentation = R"([
  {"name":"resize","width":30,"height":26},
  {"name":"random_resized_crop","scale":[0.3,1]},
  {"name":"horizontal_flip"},
  {"name":"vertical_flip"},
  {"name":"random_crop","padding":2,"border":"reflect"},
  {"name":"random_affine","degrees":20,"translate_x":0.1,"translate_y":0.1,"scale":[0.8,1.2],"shear_x":5,"shear_y":5,
   "border":"reflect"},
  {"name":"random_perspective","probability":0.7},
  {"name":"rand_augment"},
  {"name":"trivial_augment_wide"},
  {"name":"color_jitter","brightness":0.3,"contrast":0.3,"saturation":0.3,"hue":0.2},
  {"name":"random_grayscale"},
  {"name":"gaussian_blur","sigma":[0.1,1]},
  {"name":"random_erasing"},
  {"name":"cutout","size":0.2},
  {"name":"pixel_format","channels":3}])";

/// Pictures of several sizes, channels and depths.
std::shared_ptr<const Dataset> mixed_pictures() {
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < 23; ++i) {
    samples.push_back({noise(20 + i, 40 - i, 1 + i % 4, i % 5 == 0 ? 16 : 8), i % 2, ""});
  }
  return std::make_shared<PictureDataset>(std::move(samples), std::vector<std::string>{"a", "b"});
}

std::vector<std::vector<float>> batches_of(int workers, std::int64_t epoch, std::int64_t first = 0) {
  static const auto set = mixed_pictures();
  Loader loader(set, {.batch_size = 4,
                      .sampler = {.name = "random"},
                      .seed = 3,
                      .transforms = transforms_from_json(every_augmentation),
                      .preprocessing = {.shape = {3, 16, 18}, .normalisation = {{0, 0, 0}, {1, 1, 1}}},
                      .workers = workers});
  std::vector<std::vector<float>> batches;
  loader.start(epoch, first);
  while (const Batch* batch = loader.next()) {
    batches.emplace_back(batch->pixels().begin(), batch->pixels().end());
  }
  return batches;
}

TEST(EveryAugmentation, IsInTheseTests) {
  std::set<std::string> names;
  for (const TransformSpec& spec : transforms_from_json(every_augmentation)) names.insert(spec.name);
  for (const std::string& name : transform_names()) {
    EXPECT_TRUE(names.contains(name) || name == "invert") << name;  // "invert" is another test's
  }
}

TEST(EveryAugmentation, GivesTheSameBitsWithAnyNumberOfWorkers) {
  const auto expected = batches_of(0, 0);
  EXPECT_EQ(expected.size(), 6U);
  EXPECT_NE(expected, batches_of(0, 1));
  for (const int workers : {1, 3}) {
    for (int round = 0; round < 3; ++round) EXPECT_TRUE(batches_of(workers, 0) == expected) << workers;
  }
}

TEST(EveryAugmentation, GivesTheSameBitsFromTheMiddleOfAnEpoch) {
  const auto expected = batches_of(0, 2);
  for (const int workers : {0, 3}) {
    const auto rest = batches_of(workers, 2, 4);
    EXPECT_TRUE(std::equal(rest.begin(), rest.end(), expected.begin() + 4, expected.end()));
  }
}

}  // namespace
}  // namespace lehr
