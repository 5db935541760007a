#include "lehr/data/label_noise.hpp"

#include <algorithm>
#include <cmath>

#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

/// One grey pixel each; labels 0, 1, 2, 3, 0, ...
std::shared_ptr<const Dataset> four_classes(std::size_t size) {
  Bytes labels(size);
  for (std::size_t i = 0; i < size; ++i) labels[i] = static_cast<std::uint8_t>(i % 4);
  return std::make_shared<MemoryDataset>(Shape{1, 1, 1}, Bytes(size, 7), labels,
                                         std::vector<std::string>{"a", "b", "c", "d"});
}

std::vector<std::int64_t> labels_of(const Dataset& set) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < set.size(); ++i) labels.push_back(set.label(i));
  return labels;
}

TEST(LabelNoise, ReplacesThatShareByEachWrongLabelAlike) {
  const auto right = four_classes(4000);
  const auto noisy = data::with_label_noise(right, {.share = 0.3, .seed = 5});
  int wrong = 0;
  int by_distance[4] = {};
  for (std::int64_t i = 0; i < noisy->size(); ++i) {
    const std::int64_t distance = (noisy->label(i) - right->label(i) + 4) % 4;
    wrong += distance == 0 ? 0 : 1;
    ++by_distance[distance];
  }
  EXPECT_EQ(wrong, 1200);
  // Three wrong labels, 400 of each: five standard deviations are 82.
  for (int distance = 1; distance < 4; ++distance) EXPECT_NEAR(by_distance[distance], 400, 82) << distance;
}

TEST(LabelNoise, DependsOnTheSeedAlone) {
  const auto noisy = [](std::uint64_t seed) {
    return labels_of(*data::with_label_noise(four_classes(200), {.share = 0.5, .seed = seed}));
  };
  EXPECT_EQ(noisy(1), noisy(1));
  EXPECT_NE(noisy(1), noisy(2));
}

TEST(LabelNoise, KeepsTheWrongLabelsOfASmallerShare) {
  const auto right = labels_of(*four_classes(100));
  const auto few = labels_of(*data::with_label_noise(four_classes(100), {.share = 0.2}));
  const auto many = labels_of(*data::with_label_noise(four_classes(100), {.share = 0.5}));
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (few[i] != right[i]) {
      EXPECT_EQ(many[i], few[i]) << i;
    }
  }
  EXPECT_NE(few, many);
}

TEST(LabelNoise, HasTheEndsOfItsRange) {
  const auto right = four_classes(50);
  EXPECT_EQ(data::with_label_noise(right, {.share = 0}), right);
  const auto all = data::with_label_noise(right, {.share = 1});
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_NE(all->label(i), right->label(i)) << i;
}

TEST(LabelNoise, ChangesNothingElse) {
  const auto right = four_classes(10);
  const auto noisy = data::with_label_noise(right, {.share = 0.5});
  EXPECT_EQ(noisy->size(), 10);
  EXPECT_EQ(noisy->image_shape(), right->image_shape());
  EXPECT_TRUE(noisy->in_memory());
  EXPECT_EQ(data_test::pixels_of(*noisy, 3), Bytes{7});
  expect_bad_input([&] { noisy->label(10); }, {"there is no sample 10"});
}

TEST(LabelNoise, RefusesWhatItCannotDo) {
  for (const double share : {-0.1, 1.1, std::nan("")}) {
    expect_bad_input([&] { data::with_label_noise(four_classes(4), {.share = share}); }, {"from 0 to 1"});
  }
  expect_bad_input([] { data::with_label_noise(nullptr, {}); }, {"found null"});
  const auto one_class =
      std::make_shared<MemoryDataset>(Shape{1, 1, 1}, Bytes(3), Bytes(3), std::vector<std::string>{"only"});
  expect_bad_input([&] { data::with_label_noise(one_class, {.share = 0.5}); }, {"at least 2 classes"});
}

}  // namespace
}  // namespace lehr
