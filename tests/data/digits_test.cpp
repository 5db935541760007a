#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "lehr/core/parallel.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::pixels_of;

std::vector<Bytes> all_pixels(const Dataset& set) {
  std::vector<Bytes> result;
  for (std::int64_t i = 0; i < set.size(); ++i) result.push_back(pixels_of(set, i));
  return result;
}

TEST(Digits, AreTwentyThousandAndFourThousandGreySquares) {
  const DataSplits splits = data::digits();
  EXPECT_EQ(splits.train->size(), 20000);
  EXPECT_EQ(splits.valid->size(), 4000);
  EXPECT_EQ(splits.image_shape(), (Shape{1, 28, 28}));
  EXPECT_EQ(splits.classes(), 10);
  EXPECT_EQ(splits.train->class_names()[7], "7");
  EXPECT_TRUE(splits.train->in_memory());
}

TEST(Digits, OfOneSeedAreTheSamePicturesForAnyCountAndThreads) {
  const int before = threads();
  set_threads(1);
  const auto alone = all_pixels(*data::digits({.train = 200, .valid = 50, .seed = 7}).train);
  set_threads(4);
  const DataSplits more = data::digits({.train = 400, .valid = 50, .seed = 7});
  set_threads(before);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(pixels_of(*more.train, static_cast<std::int64_t>(i)), alone[i]) << i;
  }
}

TEST(Digits, DrawnWhenReadAreThoseHeldInMemory) {
  const DataSplits held = data::digits({.train = 40, .valid = 10, .seed = 3});
  const DataSplits drawn = data::digits({.train = data::largest_digits, .valid = 10, .seed = 3});
  EXPECT_FALSE(drawn.train->in_memory());
  EXPECT_EQ(drawn.train->size(), data::largest_digits);
  for (std::int64_t i = 0; i < 40; ++i) {
    EXPECT_EQ(pixels_of(*drawn.train, i), pixels_of(*held.train, i)) << i;
    EXPECT_EQ(drawn.train->label(i), held.train->label(i));
  }
}

TEST(Digits, OfOtherSeedsAndSetsDiffer) {
  const DataSplits first = data::digits({.train = 300, .valid = 300, .seed = 0});
  const DataSplits second = data::digits({.train = 300, .valid = 300, .seed = 1});
  std::set<std::string> distinct;
  for (const Dataset* set : {first.train.get(), first.valid.get(), second.train.get(), second.valid.get()}) {
    for (const Bytes& pixels : all_pixels(*set)) distinct.emplace(pixels.begin(), pixels.end());
  }
  EXPECT_EQ(distinct.size(), 1200U);
}

TEST(Digits, AreBalanced) {
  const DataSplits splits = data::digits({.train = 1000, .valid = 200});
  for (const Dataset* set : {splits.train.get(), splits.valid.get()}) {
    std::array<std::int64_t, 10> counts{};
    for (std::int64_t i = 0; i < set->size(); ++i) ++counts.at(static_cast<std::size_t>(set->label(i)));
    for (const std::int64_t count : counts) EXPECT_EQ(count, set->size() / 10);
  }
}

double mean_of(const Bytes& pixels) {
  return std::accumulate(pixels.begin(), pixels.end(), 0.0) / static_cast<double>(pixels.size());
}

TEST(Digits, ShowInkInsideADarkFrame) {
  for (const Bytes& pixels : all_pixels(*data::digits({.train = 1000, .valid = 1}).train)) {
    EXPECT_GT(mean_of(pixels), 4);
    EXPECT_LT(mean_of(pixels), 120);
    EXPECT_GT(*std::max_element(pixels.begin(), pixels.end()), 120);
  }
}

double squared_distance(const std::vector<double>& mean, const Bytes& pixels) {
  double sum = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) sum += (mean[i] - pixels[i]) * (mean[i] - pixels[i]);
  return sum;
}

// A nearest-mean classifier learns some of them, but far from all: digits of a class are similar
// but vary.
TEST(Digits, AreNeitherTrivialNorNoise) {
  const DataSplits splits = data::digits({.train = 4000, .valid = 1000});
  std::vector<std::vector<double>> means(10, std::vector<double>(784));
  for (std::int64_t i = 0; i < 4000; ++i) {
    const Bytes pixels = pixels_of(*splits.train, i);
    auto& mean = means[static_cast<std::size_t>(splits.train->label(i))];
    for (std::size_t p = 0; p < 784; ++p) mean[p] += pixels[p] / 400.0;
  }
  int right = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    const Bytes pixels = pixels_of(*splits.valid, i);
    std::vector<double> distances;
    for (const auto& mean : means) distances.push_back(squared_distance(mean, pixels));
    const auto nearest = std::min_element(distances.begin(), distances.end()) - distances.begin();
    right += nearest == splits.valid->label(i) ? 1 : 0;
  }
  EXPECT_GT(right, 450);
  EXPECT_LT(right, 850);
}

TEST(Digits, RefuseImpossibleCounts) {
  expect_bad_input([] { data::digits({.train = 9}); }, {"training", "found 9", "10000000"});
  expect_bad_input([] { data::digits({.train = data::largest_digits + 1}); }, {"training", "found 10000001"});
  expect_bad_input([] { data::digits({.train = 10, .valid = 0}); }, {"validation", "found 0"});
}

TEST(OpenData, OpensDigitsByName) {
  EXPECT_EQ(data::open_data("digits").train->size(), 20000);
  const DataSplits some = data::open_data("digits:500", 3);
  EXPECT_EQ(some.source, "digits:500");
  EXPECT_EQ(some.train->size(), 500);
  EXPECT_EQ(some.valid->size(), 100);
  EXPECT_EQ(pixels_of(*some.train, 4),
            pixels_of(*data::digits({.train = 10, .valid = 1, .seed = 3}).train, 4));
}

TEST(OpenData, RefusesWhatIsNoCount) {
  for (const char* name : {"digits:", "digits:9", "digits:-5", "digits:abc", "digits:100x", "digits:1e3",
                           "digits:10000001", "digits:99999999999999999999", "digits: 100"}) {
    expect_bad_input([&] { data::open_data(name); }, {"digits:N", "10 to 10000000", "found \""});
  }
}

TEST(OpenData, SuggestsTheNearestScheme) {
  expect_bad_input([] { data::open_data("digit"); },
                   {"unknown data scheme \"digit\"", "did you mean \"digits\"", "mnist"});
  expect_bad_input([] { data::open_data("minst:x"); }, {"\"minst\"", "did you mean \"mnist\""});
  expect_bad_input([] { data::open_data(""); }, {"unknown data scheme \"\""});
  expect_bad_input([] { data::open_data("a\nb\x01"); }, {"a\\x0Ab\\x01"});
  try {
    data::open_data(std::string(1'000'000, 'x'));
    ADD_FAILURE() << "expected BadInput";
  } catch (const BadInput& error) {
    EXPECT_LT(std::string_view(error.what()).size(), 300U);
  }
}

TEST(OpenData, SaysHowToNameMnist) {
  for (const char* name : {"mnist", "mnist:"})
    expect_bad_input([&] { data::open_data(name); }, {"mnist:DIR"});
}

TEST(OpenData, NamesItsSchemes) {
  const std::vector<std::string> names = data::scheme_names();
  EXPECT_NE(std::find(names.begin(), names.end(), "digits"), names.end());
  EXPECT_NE(std::find(names.begin(), names.end(), "mnist"), names.end());
}

}  // namespace
}  // namespace lehr
