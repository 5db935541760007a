// Activations as files: values, pictures, and names that try to leave the folder.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "lehr/backend/backend.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/image/read.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/models/models.hpp"
#include "lehr/store/safetensors.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

namespace fs = std::filesystem;

class ActivationFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::path(testing::TempDir()) /
             ("lehr_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  std::vector<LayerOutput> of(const std::vector<std::int64_t>& samples,
                              const ActivationsOptions& options = {}) {
    return activations(learner.model(), learner.parameters(), learner.preprocessing(), data.valid, samples,
                       options);
  }

  fs::path folder;
  DataSplits data = data::digits({.train = 100, .valid = 20});
  Learner learner{models::simple_cnn({.batch_norm = true}), data, {.batch_size = 10}};
};

LayerOutput layer(const std::string& name, const std::vector<float>& values, const Shape& shape) {
  LayerOutput made{name, "conv2d", Tensor(shape, DType::f32)};
  std::ranges::copy(values, made.values.elements<float>().begin());
  return made;
}

TEST_F(ActivationFiles, HoldWhatTheReferenceComputes) {
  Parameters reference(learner.model(), reference_backend());
  for (const ParameterEntry& entry : learner.parameters().entries()) {
    reference.set(entry.name, learner.parameters().get(entry.name));
  }
  const std::vector<std::int64_t> samples{2, 11};
  save_activations(folder / "a.safetensors", of(samples), {.samples = {"2", "11"}});
  const store::SafeTensors file = store::read_safetensors(folder / "a.safetensors");
  EXPECT_EQ(file.metadata.at("lehr.samples"), R"(["2","11"])");
  EXPECT_EQ(file.metadata.at("lehr.normalised"), "false");
  ASSERT_EQ(file.tensors.size(), 5U);
  for (const LayerOutput& output :
       activations(learner.model(), reference, learner.preprocessing(), data.valid, samples)) {
    const Tensor& saved = file.tensors.at(output.layer);
    ASSERT_EQ(saved.shape(), output.values.shape());
    const auto expected = output.values.elements<float>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(saved.elements<float>()[i], expected[i], 1e-4F * (1 + std::abs(expected[i])))
          << output.layer;
    }
  }
}

TEST_F(ActivationFiles, NormalisedHaveMean0AndStd1OverTheSamples) {
  const auto raw = of({1, 5, 9}, {.before_activation = true});
  const auto normalised = of({1, 5, 9}, {.before_activation = true, .normalised = true});
  for (std::size_t k = 0; k < raw.size(); ++k) {
    const auto values = normalised[k].values.elements<float>();
    double sum = 0;
    double squares = 0;
    for (const float value : values) sum += static_cast<double>(value);
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    const auto count = static_cast<double>(values.size());
    EXPECT_NEAR(sum / count, 0, 1e-5) << raw[k].layer;
    EXPECT_NEAR(std::sqrt(squares / (count - 1)), 1, 1e-5) << raw[k].layer;
    const auto before = raw[k].values.elements<float>();
    const std::size_t last = before.size() - 1;
    EXPECT_EQ(before[0] < before[last], values[0] < values[last]) << "the order stays";
  }
}

TEST_F(ActivationFiles, APictureShowsEachMapFromItsLeastToItsLargest) {
  const LayerOutput output =
      layer("conv", {0, 1, 2, 3, /**/ -5, 5, 0, 5, /**/ 9, 9, 9, 9, /**/ 7, 6, 5, 4}, {2, 2, 2, 2});
  const auto files = save_feature_maps(folder, std::span(&output, 1), {.samples = {"3", "8"}});
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1], folder / "sample8-conv.png");
  const Image first = image::read(files[0]);
  EXPECT_EQ(first.width, 5);
  EXPECT_EQ(first.height, 2);
  EXPECT_EQ(first.pixels, (std::vector<std::uint8_t>{0, 85, 96, 0, 255, 170, 255, 96, 128, 255}));
  EXPECT_EQ(image::read(files[1]).pixels,
            (std::vector<std::uint8_t>{128, 128, 96, 255, 170, 128, 128, 96, 85, 0}));
}

TEST_F(ActivationFiles, AreMadeOfEveryMapOfEveryLayerThatHasSome) {
  const auto files = save_feature_maps(folder / "maps", of({0, 4}), {.samples = {"0", "4"}});
  EXPECT_EQ(files.size(), 8U) << "the last layer has no height";
  for (const fs::path& file : files) EXPECT_GT(image::read(file).pixels.size(), 10U) << file;
}

// For any name of a layer or an image.
TEST_F(ActivationFiles, StayInTheirFolder) {
  const std::vector<std::string> names{"../../up",
                                       "/etc/x",
                                       "..",
                                       ".",
                                       "a/b",
                                       "",
                                       std::string("n\0l", 3),
                                       "a\nb",
                                       "100%",
                                       "\xF0\x9F\x94\xA5",
                                       std::string(5000, 'x'),
                                       std::string(4999, 'x') + "y"};
  std::vector<LayerOutput> outputs;
  for (const std::string& name : names) outputs.push_back(layer(name, {1, 2, 3, 4}, {1, 1, 2, 2}));
  const fs::path inner = folder / "in" / "ner";
  const auto files = save_feature_maps(inner, outputs, {.samples = {"../../../picture.png"}});
  EXPECT_EQ(files.size(), names.size());
  std::size_t found = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(entry.path().parent_path(), inner);
    ++found;
  }
  EXPECT_EQ(found, names.size()) << "each its own file";
}

TEST_F(ActivationFiles, AreWholeOrNotThere) {
  fs::create_directories(folder / "taken.safetensors");
  const LayerOutput output = layer("conv", {1, 2, 3, 4}, {1, 1, 2, 2});
  EXPECT_THROW(save_activations(folder / "taken.safetensors", std::span(&output, 1), {.samples = {"0"}}),
               BadInput);
  fs::create_directories(folder / "sample0-conv.png");
  EXPECT_THROW(save_feature_maps(folder, std::span(&output, 1), {.samples = {"0"}}), BadInput);
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    EXPECT_TRUE(entry.is_directory()) << entry;
}

TEST_F(ActivationFiles, OfFlatLayersAreRefusedAsPictures) {
  const LayerOutput output = layer("head", {1, 2, 3}, {1, 3});
  EXPECT_THROW(save_feature_maps(folder, std::span(&output, 1), {.samples = {"0"}}), BadInput);
}

}  // namespace
}  // namespace lehr
