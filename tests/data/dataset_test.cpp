#include "lehr/data/dataset.hpp"

#include <cmath>
#include <limits>

#include "lehr/core/parallel.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

const std::vector<std::string> two_classes{"a", "b"};

TEST(MemoryDataset, HoldsWhatItWasGiven) {
  const MemoryDataset set({3, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 0}, two_classes);
  EXPECT_EQ(set.size(), 2);
  EXPECT_EQ(set.image_shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(set.label(0), 1);
  EXPECT_EQ(set.label(1), 0);
  EXPECT_EQ(data_test::pixels_of(set, 1), (Bytes{7, 8, 9, 10, 11, 12}));
  EXPECT_TRUE(set.in_memory());
}

TEST(MemoryDataset, RefusesWhatDoesNotFit) {
  expect_bad_input([] { MemoryDataset({1, 2, 2}, Bytes(9), {0, 0}, two_classes); }, {"2 labels", "9 bytes"});
  expect_bad_input(
      [] {
        MemoryDataset({1, 2, 2}, Bytes(12), {0, 0}, two_classes);
      },
      {"2 labels", "12 bytes"});
  expect_bad_input([] { MemoryDataset({1, 2, 2}, Bytes(8), {0, 2}, two_classes); }, {"sample 1", "is 2"});
  expect_bad_input([] { MemoryDataset({2, 2}, Bytes(8), {0, 1}, two_classes); }, {"(2, 2)"});
  expect_bad_input([] { MemoryDataset({1, 0, 2}, {}, {}, two_classes); }, {"(1, 0, 2)"});
}

TEST(DataSplits, GiveTheirSetsByName) {
  const DataSplits splits = data::digits({.train = 10, .valid = 1});
  EXPECT_EQ(splits.set("valid"), splits.valid);
  expect_bad_input([&] { splits.set("test"); }, {"\"digits:10\" has no test set"});
  expect_bad_input([&] { splits.set("tset"); }, {"unknown set \"tset\"; did you mean \"test\"?"});
}

// The textbook formula in double, over the same samples.
Normalisation plain_normalisation(const Dataset& set) {
  const Shape shape = set.image_shape();
  Normalisation result;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    std::vector<double> values;
    for (std::int64_t s = 0; s < set.size(); ++s) {
      const Bytes pixels = data_test::pixels_of(set, s);
      for (std::size_t i = static_cast<std::size_t>(c); i < pixels.size();
           i += static_cast<std::size_t>(shape[0])) {
        values.push_back(pixels[i] / 255.0);
      }
    }
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    double variance = 0;
    for (const double value : values)
      variance += (value - mean) * (value - mean) / static_cast<double>(values.size());
    result.mean.push_back(static_cast<float>(mean));
    result.std.push_back(static_cast<float>(std::sqrt(variance)));
  }
  return result;
}

TEST(Normalisation, IsMeanAndStdOfEachChannel) {
  for (const std::int64_t channels : {1, 3}) {
    Bytes images(static_cast<std::size_t>(40 * 70 * 71 * channels));
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * i / 3 + i % 5);
    const MemoryDataset set({channels, 70, 71}, images, Bytes(40), two_classes);
    const Normalisation found = normalisation_of(set);
    const Normalisation expected = plain_normalisation(set);
    ASSERT_EQ(found.mean.size(), expected.mean.size());
    for (std::size_t c = 0; c < found.mean.size(); ++c) {
      EXPECT_NEAR(found.mean[c], expected.mean[c], 1e-6);
      EXPECT_NEAR(found.std[c], expected.std[c], 1e-6);
    }
  }
}

/// Odd samples are white, even ones black, and each has to be decoded.
class Striped final : public Dataset {
 public:
  std::int64_t size() const override { return 120000; }
  Shape image_shape() const override { return {1, 2, 2}; }
  std::span<const std::string> class_names() const override { return two_classes; }
  std::int64_t label(std::int64_t) const override { return 0; }
  void read(std::int64_t index, Image& picture) const override {
    std::ranges::fill(picture.reset(image_shape()), static_cast<std::uint8_t>(index % 2 * 255));
  }
};

TEST(Normalisation, OfASampleIsNotMisledByTheOrderOfTheData) {
  const Normalisation found = normalisation_of(Striped());
  EXPECT_NEAR(found.mean[0], 0.5, 0.03);
  EXPECT_EQ(normalisation_of(Striped()), found);
}

TEST(Normalisation, OfLargeBrightImagesDoesNotOverflow) {
  Bytes images(std::size_t{2} * 400 * 400, 255);
  for (std::size_t i = 0; i < images.size(); i += 2) images[i] = 253;
  const Normalisation found = normalisation_of(MemoryDataset({1, 400, 400}, images, Bytes(2), two_classes));
  EXPECT_NEAR(found.mean[0], 254.0 / 255, 1e-6);
  EXPECT_NEAR(found.std[0], 1.0 / 255, 1e-6);
}

TEST(Normalisation, OfAConstantChannelHasStdOne) {
  const MemoryDataset set({1, 7, 9}, Bytes(7 * 9 * 3, 77), Bytes(3), two_classes);
  EXPECT_EQ(normalisation_of(set).std[0], 1.0F);
}

TEST(Normalisation, DoesNotDependOnTheThreads) {
  const DataSplits splits = data::digits({.train = 500, .valid = 10});
  const int before = threads();
  set_threads(1);
  const Normalisation alone = normalisation_of(*splits.train);
  set_threads(3);
  EXPECT_EQ(normalisation_of(*splits.train), alone);
  set_threads(before);
}

TEST(Normalisation, NeedsASample) {
  const MemoryDataset set({1, 1, 1}, {}, {}, two_classes);
  expect_bad_input([&] { normalisation_of(set); }, {"at least one sample"});
}

}  // namespace
}  // namespace lehr
