// Trainings on folders of pictures of several sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "lehr/data/data.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/run/train.hpp"
#include "run/support.hpp"
#include "support/png_file.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

class Photos : public testing::Test {
 protected:
  /// Twelve pictures in two classes. Their shorter sides are `side`, their longer ones differ.
  void write(std::int64_t side, std::int64_t channels = 3) const {
    for (std::int64_t i = 0; i < 12; ++i) {
      const fs::path file = photos() / (i % 2 == 0 ? "dark" : "light") / (std::to_string(i) + ".png");
      write_png(file, {channels, side, side + i}, static_cast<std::uint64_t>(i));
    }
  }
  fs::path photos() const { return folder_.path() / "photos"; }
  TrainConfig config() const {
    TrainConfig config;
    config.data = "folder:" + photos().string();
    config.epochs = 1;
    config.threads = 1;
    config.out = folder_.path() / "runs";
    return config;
  }
  Folder folder_;
};

TEST_F(Photos, AreTrainedOnWithDefaults) {
  write(40);
  const TrainResult result = train(config());
  const Model model = load_model(result.place.model);
  EXPECT_EQ(model.image_shape(), (Shape{3, 32, 32}));
  EXPECT_EQ(model.preprocessing.fit, Fit::crop);
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"dark", "light"}));
  EXPECT_EQ(result.learner->data().train->size(), 10);
  EXPECT_EQ(result.learner->data().valid->size(), 2);
}

TEST_F(Photos, GiveAnInputThatSuitsThem) {
  const auto suggested = [&] {
    return data::suggested_shape(*data::open_data("folder:" + photos().string()).train);
  };
  write(300);
  EXPECT_EQ(suggested(), (Shape{3, 64, 64})) << "they differ in size";
  write(70, 1);
  EXPECT_EQ(suggested(), (Shape{1, 64, 64}));
  write(20, 2);
  EXPECT_EQ(suggested(), (Shape{1, 20, 20})) << "alpha is no colour";
  fs::remove_all(photos());
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"})
    write_png(photos() / name, {1, 24, 30}, 1);
  EXPECT_EQ(suggested(), (Shape{1, 24, 30})) << "all have one size";
}

TEST_F(Photos, TakeTheSizeTheFitAndTheChannelsThatAreGiven) {
  write(20);
  TrainConfig wide = config();
  wide.image_size = "36x28";
  wide.channels_in = 1;
  wide.fit = "pad";
  const TrainResult result = train(wide);
  const Model model = load_model(result.place.model);
  EXPECT_EQ(model.image_shape(), (Shape{1, 28, 36}));
  EXPECT_EQ(model.preprocessing.fit, Fit::pad);
  EXPECT_TRUE(model.preprocessing.any_shape);
}

TEST_F(Photos, ResizePicturesOfOneSizeIfAsked) {
  TrainConfig small = config();
  small.data = "digits:20";
  small.image_size = "20";
  EXPECT_EQ(train(small).learner->preprocessing().shape, (Shape{1, 20, 20}));
  small.image_size.clear();
  const TrainResult usual = train(small);
  EXPECT_EQ(usual.learner->preprocessing().shape, (Shape{1, 28, 28}));
  EXPECT_EQ(usual.learner->preprocessing().fit, Fit::stretch) << "as in earlier versions";
  EXPECT_FALSE(usual.learner->preprocessing().any_shape);
}

TEST_F(Photos, RefuseSizesThatAreNone) {
  write(20);
  for (const char* size : {"0", "x", "20x", "20x0", "5000", "20x20x20", "a"}) {
    TrainConfig wrong = config();
    wrong.image_size = size;
    EXPECT_NE(refusal([&] { train(wrong); }).find("--image-size takes a number of pixels"), std::string::npos)
        << size;
  }
  TrainConfig wrong = config();
  wrong.channels_in = 2;
  EXPECT_NE(refusal([&] { train(wrong); }).find("--channels-in takes 1 or 3, found \"2\""),
            std::string::npos);
  wrong.channels_in.reset();
  wrong.fit = "croop";
  EXPECT_NE(refusal([&] { train(wrong); }).find("did you mean \"crop\"?"), std::string::npos);
}

TEST_F(Photos, RefuseANetworkThatIsTooDeepForThem) {
  write(20);
  TrainConfig deep = config();
  deep.image_size = "8";
  EXPECT_NE(refusal([&] { train(deep); }).find("is too deep for a 8x8 image"), std::string::npos);
}

TEST_F(Photos, NameThePictureThatEndsATraining) {
  write(20);
  std::ofstream(photos() / "dark/0.png") << "no picture";
  const std::string said = refusal([&] { train(config()); });
  EXPECT_NE(said.find("photos/dark/0.png"), std::string::npos) << said;
  EXPECT_FALSE(fs::exists(folder_.path() / "runs")) << "nothing is left of a training that could not begin";
  TrainConfig skipping = config();
  skipping.skip_unreadable = true;
  const TrainResult result = train(skipping);
  EXPECT_EQ(result.learner->data().train->size() + result.learner->data().valid->size(), 11);
  const auto names_it = [](const std::string& warning) {
    return warning.find("dark/0.png") != std::string::npos;
  };
  EXPECT_EQ(std::count_if(result.warnings.begin(), result.warnings.end(), names_it), 1);
}

TEST_F(Photos, AreKeptDecodedInAFolderIfAsked) {
  write(40);
  TrainConfig keeping = config();
  keeping.cache = "off";
  const double expected = train(keeping).learner->history().back().train.loss;
  keeping.cache_dir = (folder_.path() / "kept").string();
  for (const char* size : {"20KiB", "1MiB"}) {
    keeping.cache_dir_size = size;
    for (int time = 0; time < 2; ++time) {
      EXPECT_EQ(train(keeping).learner->history().back().train.loss, expected);
    }
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(keeping.cache_dir)) bytes += entry.file_size();
    EXPECT_EQ(bytes > 20 * 1024, keeping.cache_dir_size == "1MiB") << bytes;
  }
  TrainConfig wrong = config();
  wrong.cache_dir_size = "1GiB";
  EXPECT_NE(refusal([&] { train(wrong); }).find("--cache-dir-size needs --cache-dir"), std::string::npos);
}

TEST_F(Photos, AreDividedInTheSameWayByAResume) {
  write(20);
  TrainConfig grouped = config();
  grouped.valid_share = 0.5;
  grouped.group = R"((\d+))";
  grouped.epochs = 2;
  const TrainResult whole = train(grouped);
  TrainConfig resumed;
  resumed.resume = whole.place.folder;
  EXPECT_EQ(train(resumed).learner->data().valid->size(), whole.learner->data().valid->size());
  resumed.valid_share = 0.2;
  EXPECT_NE(refusal([&] { train(resumed); }).find("valid-share"), std::string::npos);
}

}  // namespace
}  // namespace lehr::test
