#include "run/augmentation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/data/augmentation.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/data/sampler.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/run/augmented_sheet.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/train/learner.hpp"
#include "run/support.hpp"

namespace lehr::test {
namespace {

DataSplits few_digits() { return data::digits({.train = 20, .valid = 10}); }

std::vector<TransformSpec> transforms_of(const TrainConfig& config, const DataSplits& data) {
  return run::transforms_of(config, data, input_shape(config, data));
}

TEST(Augment, IsWhatTheDataSuggestsUnlessChosen) {
  DataSplits data = few_digits();
  TrainConfig config;
  EXPECT_TRUE(transforms_of(config, data).empty());
  data.augment = "photos";
  EXPECT_TRUE(transforms_of(config, data).empty()) << "grey pictures may be digits";
  config.channels_in = 3;
  EXPECT_EQ(transforms_of(config, data), data::augmentation("light")) << "they are small";
  config.image_size = "65";
  EXPECT_EQ(transforms_of(config, data), data::augmentation("photos"));
  config.channels_in.reset();
  config.image_size.clear();
  config.augment = "light";
  EXPECT_EQ(transforms_of(config, data), data::augmentation("light"));
  SetupOptions setup;
  setup.data = data;
  EXPECT_EQ(make_learner(config, setup)->options().transforms, data::augmentation("light"));
}

std::string refused_file(const std::string& toml) {
  const Folder folder;
  write_file(folder.path() / "own.toml", toml);
  TrainConfig config;
  config.augment = (folder.path() / "own.toml").string();
  return refusal([&] { transforms_of(config, few_digits()); });
}

TEST(Augment, ReadsAListOfTransforms) {
  const Folder folder;
  write_file(folder.path() / "own.toml", R"(
[[transform]]
name = "random_resized_crop"
scale = [0.5, 1]

[[transform]]
name = "random_affine"
degrees = 10
border = "reflect"
probability = 0.5
)");
  TrainConfig config;
  config.augment = (folder.path() / "own.toml").string();
  const auto found = transforms_of(config, few_digits());
  EXPECT_EQ(to_json(found), R"([{"name":"random_resized_crop","scale":[0.5,1.0]},)"
                            R"({"name":"random_affine","border":"reflect","degrees":10,"probability":0.5}])");
}

TEST(Augment, RefusesAWrongListWithTheLine) {
  const auto expect_refused = [](const std::string& toml, const std::string& part) {
    const std::string message = refused_file(toml);
    EXPECT_NE(message.find("own.toml\", " + part), std::string::npos) << message;
  };
  expect_refused("[[transform]]\nname = \"random_cop\"\n",
                 "line 1, column 1: unknown transform \"random_cop\"");
  expect_refused("\n[[transform]]\nname = \"cutout\"\nsize = 2\n",
                 "line 2, column 1: the transform cutout: size must be a number from 0 to 1, found 2");
  expect_refused("[[transform]]\nsize = 2\n", "line 1, column 1: a transform needs a name");
  expect_refused(
      "[[transform]]\nname = \"cutout\"\nsize = [\"a\"]\n",
      "line 3, column 8: size expects a number, a text, true, false or a list of numbers, found a list");
  expect_refused("[[transforms]]\n", "line 1, column 3: unknown key \"transforms\"");
  expect_refused("transform = 3\n",
                 "line 1, column 13: transform expects sections [[transform]], found a number");
  expect_refused("[[transform]\n", "line 1");
  TrainConfig config;
  config.augment = "/nowhere/own.toml";
  EXPECT_NE(refusal([&] { transforms_of(config, few_digits()); }).find("no such file"), std::string::npos);
}

/// The picture of a training set that a loader turns into numbers in an epoch.
Image loaded(const DataSplits& data, const TrainConfig& config, std::int64_t epoch, std::int64_t sample) {
  Loader loader(data.train, {.batch_size = 1,
                             .seed = config.seed,
                             .transforms = transforms_of(config, data),
                             .preprocessing = {.shape = data.image_shape(), .normalisation = {{0}, {1}}}});
  loader.start(epoch, sample);
  Image image;
  const std::span<std::uint8_t> pixels = image.reset(data.image_shape());
  const std::span<const float> values = loader.next()->pixels();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(std::lround(255 * values[i]));
  }
  return image;
}

/// The tile in a sheet of 28 x 28 digits, which are enlarged by 4, made small again.
Image tile(const Image& sheet, std::int64_t row, std::int64_t column) {
  Image image;
  const std::span<std::uint8_t> pixels = image.reset({1, 28, 28});
  for (std::int64_t i = 0; i < 28 * 28; ++i) {
    const std::int64_t y = row * 113 + i / 28 * 4 + 1;
    const std::int64_t x = column * 113 + i % 28 * 4 + 3;
    pixels[static_cast<std::size_t>(i)] = sheet.pixels[static_cast<std::size_t>(y * sheet.width + x)];
  }
  return image;
}

TEST(AugmentedSheet, ShowsWhatTheNetworkSees) {
  TrainConfig config;
  config.data = "digits:20";
  config.augment = "digits";
  config.seed = 5;
  const Image sheet = augmented_sheet(config, {.pictures = 3, .versions = 2});
  EXPECT_EQ(sheet.shape(), (Shape{1, 3 * 113 - 1, 3 * 113 - 1}));
  const DataSplits data = open_training_data(config);
  const auto sampler = make_sampler({.name = "random"}, {*data.train, config.seed});
  const std::vector<std::int64_t> order = epoch_order(*sampler, 0);
  for (std::int64_t row = 0; row < 3; ++row) {
    const std::int64_t sample = order[static_cast<std::size_t>(row)];
    Image plain;
    data.train->read(sample, plain);
    EXPECT_EQ(tile(sheet, row, 0), plain);
    for (const std::int64_t epoch : {0, 1}) {
      EXPECT_EQ(tile(sheet, row, 1 + epoch), loaded(data, config, epoch, sample));
    }
  }
  EXPECT_NE(tile(sheet, 0, 1), tile(sheet, 0, 0));
  EXPECT_EQ(augmented_sheet({.data = "digits:20"}, {.pictures = 64, .versions = 1}).height, 20 * 113 - 1);
}

TEST(Augment, IsANameOrAFile) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  table.give(config, "augment", "own.toml");
  EXPECT_EQ(config.augment, "own.toml");
  EXPECT_EQ(refusal([&] { table.give(config, "augment", "foto"); }),
            "--augment: unknown augmentation \"foto\"; did you mean \"none\"? (valid: none, light, photos, "
            "digits); "
            "a file of transforms ends with .toml");
  const ConfigField& field = table.field("augment");
  EXPECT_EQ(field.absolute("light"), "light");
  EXPECT_TRUE(std::filesystem::path(field.absolute("own.toml")).is_absolute());
}

}  // namespace
}  // namespace lehr::test
