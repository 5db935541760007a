// Pictures of different sizes and formats, with random transforms. The bits depend only on seed,
// epoch and sample.
#include <algorithm>
#include <cmath>

#include "lehr/data/loader.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/image/edit.hpp"
#include "support.hpp"
#include "support/mixed_pictures.hpp"

namespace lehr {
namespace {

using data_test::expect_bad_input;
using test::mixed_pictures;

constexpr std::int64_t count = 83;

LoaderOptions options_of(int workers) {
  return {.batch_size = 8,
          .sampler = {"random"},
          .seed = 11,
          .transforms = test::some_transforms(),
          .preprocessing = {.shape = {3, 12, 10},
                            .fit = Fit::crop,
                            .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}}},
          .workers = workers};
}

using Values = std::vector<float>;

/// The inputs of an epoch in sequence.
Values pixels_of(Loader& loader, std::int64_t epoch, std::int64_t first = 0) {
  Values values;
  loader.start(epoch, first);
  while (const Batch* batch = loader.next()) {
    values.insert(values.end(), batch->pixels().begin(), batch->pixels().end());
  }
  return values;
}

Values pixels_of(const LoaderOptions& options, std::int64_t epoch, std::int64_t first = 0) {
  Loader loader(mixed_pictures(count), options);
  return pixels_of(loader, epoch, first);
}

TEST(MixedPictures, AreTheSameForAnyNumberOfWorkers) {
  const Values expected = pixels_of(options_of(0), 2);
  EXPECT_EQ(std::ssize(expected), count * 3 * 12 * 10);
  for (const int workers : {1, 2, 5}) EXPECT_EQ(pixels_of(options_of(workers), 2), expected) << workers;
}

TEST(MixedPictures, AreTheSameAfterAResumeInMidEpoch) {
  const Values whole = pixels_of(options_of(0), 2);
  for (const int workers : {0, 1, 2, 5}) {
    for (const std::int64_t first : {1, 4, 10}) {
      const auto rest = static_cast<std::ptrdiff_t>(first * 8 * 3 * 12 * 10);
      EXPECT_EQ(pixels_of(options_of(workers), 2, first), Values(whole.begin() + rest, whole.end()));
    }
  }
}

TEST(MixedPictures, AreTransformedAnewInEachEpochAndForEachSeed) {
  LoaderOptions options = options_of(2);
  options.sampler.name = "sequential";
  const Values expected = pixels_of(options, 2);
  EXPECT_EQ(pixels_of(options, 2), expected);
  EXPECT_NE(pixels_of(options, 3), expected);
  options.seed = 12;
  EXPECT_NE(pixels_of(options, 2), expected);
}

TEST(MixedPictures, AreTransformedAlikeWhateverTheOrderAndTheBatch) {
  LoaderOptions options = options_of(2);
  Loader shuffled(mixed_pictures(count), options);
  options.sampler.name = "sequential";
  options.batch_size = 83;
  const Values in_order = pixels_of(options, 2);
  shuffled.start(2);
  constexpr std::size_t input = std::size_t{3} * 12 * 10;
  while (const Batch* batch = shuffled.next()) {
    for (std::size_t i = 0; i < batch->ids.size(); ++i) {
      const auto found = batch->pixels().subspan(i * input, input);
      const auto at = in_order.begin() + batch->ids[i] * static_cast<std::ptrdiff_t>(input);
      ASSERT_TRUE(std::equal(found.begin(), found.end(), at)) << "sample " << batch->ids[i];
    }
  }
}

TEST(MixedPictures, OfTwoShardsAreThoseOfOneLoader) {
  const Values whole = pixels_of(options_of(0), 2);
  LoaderOptions options = options_of(2);
  options.shard = {.rank = 0, .count = 2};
  Loader first(mixed_pictures(count), options);
  options.shard.rank = 1;
  Loader second(mixed_pictures(count), options);
  first.start(2);
  second.start(2);
  Values joined;
  while (const Batch* batch = first.next()) {
    joined.insert(joined.end(), batch->pixels().begin(), batch->pixels().end());
    const Batch* other = second.next();
    joined.insert(joined.end(), other->pixels().begin(), other->pixels().end());
  }
  EXPECT_EQ(joined, whole);
}

TEST(MixedPictures, HaveMeanAndStdOfTheFittedPictures) {
  const auto set = mixed_pictures(count);
  const Preprocessing fitting{.shape = {3, 12, 10}, .fit = Fit::pad};
  const Normalisation found = normalisation_of(*set, fitting);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0;
    double squares = 0;
    double values = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      Image picture;
      set->read(i, picture);
      const Image deep = image::with_bits(fitted(picture, fitting), 16);
      for (std::size_t p = c; p < deep.wide().size(); p += 3) {
        const double value = deep.wide()[p] / 65535.0;
        sum += value;
        squares += value * value;
        ++values;
      }
    }
    const double mean = sum / values;
    EXPECT_NEAR(found.mean[c], mean, 1e-6);
    EXPECT_NEAR(found.std[c], std::sqrt(squares / values - mean * mean), 1e-6);
  }
  expect_bad_input([&] { normalisation_of(*set); }, {"a shape that they are fitted to"});
  expect_bad_input([&] { DataSplits{"", set, set}.image_shape(); }, {"no common shape"});
}

TEST(MixedPictures, AreNamedInErrorsOfTransforms) {
  LoaderOptions options = options_of(0);
  options.transforms = transforms_from_json(R"([{"name":"random_crop","width":9,"height":9}])");
  std::vector<Sample> samples(3);
  for (Sample& sample : samples)
    sample = {.picture = test::some_picture({1, 20, 20}, 1), .origin = "a/1.png"};
  samples[1] = {.picture = test::some_picture({1, 8, 20}, 1), .origin = "a/2.png"};
  const auto set = std::make_shared<PictureDataset>(samples, std::vector<std::string>{"a"});
  for (const int workers : {0, 3}) {
    options.workers = workers;
    Loader loader(set, options);
    loader.start(0);
    expect_bad_input([&] { loader.next(); }, {"sample 1 (\"a/2.png\"): random_crop cannot cut 9 x 9"});
  }
  samples[1].picture.pixels.pop_back();
  expect_bad_input([&] { PictureDataset(samples, {"a"}); },
                   {"sample 1 (\"a/2.png\")", "needs 160 bytes, found 159"});
  samples[1].picture = samples[0].picture;
  samples[1].label = 1;
  expect_bad_input([&] { PictureDataset(samples, {"a"}); }, {"the label of sample 1 (\"a/2.png\") is 1"});
}

}  // namespace
}  // namespace lehr
