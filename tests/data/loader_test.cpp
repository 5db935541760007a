#include "lehr/data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/sampler.hpp"
#include "lehr/image/edit.hpp"
#include "support.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;

std::shared_ptr<const Dataset> numbered_set(std::int64_t count, const Shape& shape = {3, 5, 7}) {
  const auto bytes = static_cast<std::size_t>(shape.numel());
  Bytes images(static_cast<std::size_t>(count) * bytes);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * 31 + i / bytes);
  Bytes labels(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 2);
  return std::make_shared<MemoryDataset>(shape, images, labels, std::vector<std::string>{"even", "odd"});
}

LoaderOptions options_of(std::int64_t batch_size, int workers = 0) {
  return {.batch_size = batch_size,
          .preprocessing = {.shape = {3, 5, 7},
                            .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}}},
          .workers = workers};
}

struct Copy {
  std::vector<float> images;
  std::vector<std::int64_t> targets, ids;
  bool operator==(const Copy&) const = default;
};

Copy copy_of(const Batch& batch) {
  const std::span<const float> images = batch.pixels();
  return {{images.begin(), images.end()},
          {batch.targets, batch.targets + batch.size},
          {batch.ids.begin(), batch.ids.end()}};
}

std::vector<Copy> epoch_of(Loader& loader, std::int64_t epoch, std::int64_t first = 0) {
  std::vector<Copy> copies;
  loader.start(epoch, first);
  while (const Batch* batch = loader.next()) {
    EXPECT_EQ(batch->index, first + static_cast<std::int64_t>(copies.size()));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(batch->images) % 64, 0U);
    copies.push_back(copy_of(*batch));
    EXPECT_EQ(batch->image_shape, loader.options().preprocessing.shape);
    EXPECT_EQ(batch->shape()[0], batch->size);
    EXPECT_EQ(batch->dtype, DType::f32);
  }
  EXPECT_EQ(loader.next(), nullptr);
  return copies;
}

TEST(Loader, GivesNormalisedImagesAndTheirLabels) {
  for (const Shape& shape :
       {Shape{1, 28, 28}, Shape{1, 3, 5}, Shape{3, 5, 7}, Shape{3, 32, 32}, Shape{4, 9, 2}}) {
    const auto set = numbered_set(23, shape);
    LoaderOptions options = options_of(8);
    const Normalisation normalisation = normalisation_of(*set);
    options.preprocessing = {.shape = shape, .normalisation = normalisation};
    Loader loader(set, options);
    const auto batches = epoch_of(loader, 0);
    ASSERT_EQ(batches.size(), 3U);
    const auto channels = static_cast<std::size_t>(shape[0]);
    for (std::int64_t id = 0; id < 23; ++id) {
      const Copy& batch = batches[static_cast<std::size_t>(id / 8)];
      const auto place = static_cast<std::size_t>(id % 8);
      EXPECT_EQ(batch.ids[place], id);
      EXPECT_EQ(batch.targets[place], set->label(id));
      const Bytes pixels = data_test::pixels_of(*set, id);
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double expected =
            (pixels[i] / 255.0 - normalisation.mean[i % channels]) / normalisation.std[i % channels];
        ASSERT_NEAR(batch.images[place * pixels.size() + i], expected, 1e-5) << shape.str() << " " << i;
      }
    }
  }
}

TEST(Loader, CountsAndDropsTheRemainder) {
  LoaderOptions options = options_of(8);
  Loader keeping(numbered_set(23), options);
  EXPECT_EQ(keeping.batches(), 3);
  EXPECT_EQ(keeping.samples(), 23);
  EXPECT_EQ(epoch_of(keeping, 0).back().ids.size(), 7U);
  options.drop_last = true;
  Loader dropping(numbered_set(23), options);
  EXPECT_EQ(dropping.batches(), 2);
  EXPECT_EQ(dropping.samples(), 16);
  EXPECT_EQ(epoch_of(dropping, 0).back().ids.size(), 8U);
  Loader exact(numbered_set(16), options);
  EXPECT_EQ(exact.batches(), 2);
}

TEST(Loader, MakesABatchOfAllWhereTheBatchSizeIsHuge) {
  Loader loader(numbered_set(5), options_of(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(loader.batches(), 1);
  EXPECT_EQ(epoch_of(loader, 0)[0].ids.size(), 5U);
}

TEST(Loader, FollowsTheOrderOfTheEpoch) {
  for (const int workers : {0, 1, 3}) {
    LoaderOptions options = options_of(4, workers);
    options.sampler.name = "random";
    options.seed = 9;
    Loader loader(numbered_set(22), options);
    for (const std::int64_t epoch : {0, 1, 0}) {
      std::vector<std::int64_t> ids;
      for (const Copy& batch : epoch_of(loader, epoch))
        ids.insert(ids.end(), batch.ids.begin(), batch.ids.end());
      EXPECT_EQ(ids, epoch_order(*make_sampler({"random"}, {loader.dataset(), 9}), epoch));
    }
  }
}

TEST(Loader, GivesTheSameBatchesWithAnyWorkersAndThreads) {
  const auto set = numbered_set(500, {3, 20, 20});
  LoaderOptions options = options_of(128);
  options.preprocessing.shape = {3, 20, 20};
  options.sampler.name = "random";
  const int before = threads();
  set_threads(1);
  Loader alone(set, options);
  const auto expected = epoch_of(alone, 4);
  set_threads(3);
  EXPECT_EQ(epoch_of(alone, 4), expected);  // more threads than at its making
  for (const int workers : {-1, 0, 1, 2, 5}) {
    for (const int prefetch : {-1, 0, 1, 2, 7}) {
      options.workers = workers;
      options.prefetch = prefetch;
      Loader loader(set, options);
      EXPECT_EQ(epoch_of(loader, 4), expected) << workers << " " << prefetch;
    }
  }
  set_threads(before);
}

TEST(Loader, StartsAtAnyBatchAndAbandonsAnEpochUnderWay) {
  for (const int workers : {0, 1, 2}) {
    LoaderOptions options = options_of(4, workers);
    options.sampler.name = "random";
    Loader loader(numbered_set(22), options);
    const auto whole = epoch_of(loader, 3);
    for (std::int64_t first = 0; first <= loader.batches(); ++first) {
      loader.start(8);
      for (std::int64_t i = 0; i < first; ++i) loader.next();
      EXPECT_EQ(epoch_of(loader, 3, first), std::vector<Copy>(whole.begin() + first, whole.end()));
    }
    EXPECT_THROW(loader.start(0, loader.batches() + 1), Error);
    EXPECT_THROW(loader.start(0, -1), Error);
  }
}

TEST(Loader, HasNothingBeforeItsStart) {
  Loader loader(numbered_set(22), options_of(4, 2));
  EXPECT_EQ(loader.next(), nullptr);
}

TEST(Loader, EndsWhileBatchesWait) {
  for (int round = 0; round < 50; ++round) {
    Loader loader(numbered_set(64), options_of(2, 1 + round % 4));
    loader.start(0);
    for (int i = 0; i < round % 5; ++i) loader.next();
  }
}

/// Holds the last batch while the next ones are made.
TEST(Loader, LeavesABatchAloneUntilTheNextIsAskedFor) {
  const auto set = numbered_set(400);
  Loader loader(set, options_of(4, 1));
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    const Copy before = copy_of(*batch);
    for (int i = 0; i < 200; ++i) std::this_thread::yield();
    ASSERT_EQ(copy_of(*batch), before);
  }
}

class FailingSet final : public Dataset {
 public:
  explicit FailingSet(std::int64_t bad) : bad_(bad) {}
  std::int64_t size() const override { return 40; }
  Shape image_shape() const override { return {3, 1, 1}; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t) const override { return 0; }
  void read(std::int64_t index, Image& picture) const override {
    if (index >= bad_) throw BadInput("picture " + std::to_string(index) + " is damaged");
    std::ranges::fill(picture.reset(image_shape()), std::uint8_t{1});
  }
  std::string origin(std::int64_t index) const override { return "shelf/" + std::to_string(index) + ".png"; }

 private:
  std::int64_t bad_;
  std::vector<std::string> names_{"only"};
};

TEST(Loader, NamesTheFirstSampleThatCannotBeRead) {
  const std::string expected = "sample 22 (\"shelf/22.png\"): picture 22 is damaged";
  for (const int workers : {-1, 0, 1, 4}) {
    LoaderOptions options = options_of(10, workers);
    options.preprocessing.shape = {3, 1, 1};
    Loader loader(std::make_shared<FailingSet>(22), options);
    loader.start(0);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_NE(loader.next(), nullptr);
    for (int again = 0; again < 2; ++again)
      EXPECT_EQ(test::message_of<BadInput>([&] { loader.next(); }), expected);
    loader.start(0, 0);
    EXPECT_NE(loader.next(), nullptr);
  }
}

/// A data set of one picture, with any number of bits and any label.
class OddSet final : public Dataset {
 public:
  OddSet(int bits, std::int64_t label) : bits_(bits), label_(label) {}
  std::int64_t size() const override { return 1; }
  Shape image_shape() const override { return {3, 5, 7}; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t) const override { return label_; }
  void read(std::int64_t, Image& picture) const override {
    std::ranges::fill(picture.reset(image_shape()), std::uint8_t{1});
    picture = image::with_bits(picture, bits_);
  }

 private:
  int bits_;
  std::int64_t label_;
  std::vector<std::string> names_{"a", "b"};
};

TEST(Loader, RefusesPicturesAndLabelsThatWereNotPromised) {
  const auto load = [](int bits, std::int64_t label) {
    Loader loader(std::make_shared<OddSet>(bits, label), options_of(1));
    loader.start(0);
    loader.next();
  };
  EXPECT_NO_THROW(load(8, 1));
  expect_bad_input([&] { load(16, 1); }, {"with 8 bits, found (3, 5, 7) with 16"});
  expect_bad_input([&] { load(8, 2); }, {"sample 0: the label is 2, expected 0 to 1"});
  expect_bad_input([&] { load(8, -1); }, {"the label is -1"});
}

/// A data set that calls a function for each picture. The function throws.
class ThrowingSet final : public Dataset {
 public:
  explicit ThrowingSet(std::function<void()> action) : action_(std::move(action)) {}
  std::int64_t size() const override { return 1; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t) const override { return 0; }
  void read(std::int64_t, Image&) const override { action_(); }

 private:
  std::function<void()> action_;
  std::vector<std::string> names_{"only"};
};

TEST(Loader, KeepsTheKindOfAnError) {
  const auto load = [](std::function<void()> action) {
    Loader loader(std::make_shared<ThrowingSet>(std::move(action)), options_of(1));
    loader.start(0);
    loader.next();
  };
  const auto kind_of = [&](std::function<void()> action) {
    try {
      load(std::move(action));
    } catch (const Error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("sample 0: ")) << error.what();
      return error.kind();
    }
    return ErrorKind::diverged;
  };
  EXPECT_EQ(kind_of([] { throw BadInput("bad"); }), ErrorKind::bad_input);
  EXPECT_EQ(kind_of([] { throw Error("lost"); }), ErrorKind::internal);
  EXPECT_EQ(kind_of([] { throw std::out_of_range("beyond"); }), ErrorKind::internal);
  EXPECT_EQ(kind_of([] { throw 7; }), ErrorKind::internal);
  EXPECT_THROW(load([] { throw DiskError("unplugged"); }), DiskError);
  EXPECT_THROW(load([] { throw std::bad_alloc(); }), std::bad_alloc);
  try {
    load([] { throw std::out_of_range("beyond"); });
  } catch (const Error& error) {
    EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
  }
  EXPECT_EQ(kind_of([] {}), ErrorKind::bad_input) << "a picture that was left empty";
}

TEST(Loader, RefusesImpossibleOptions) {
  const auto set = numbered_set(5);
  expect_bad_input([&] { Loader(set, options_of(0)); }, {"batch size", "found 0"});
  expect_bad_input([&] { Loader(set, options_of(-3)); }, {"batch size", "found -3"});
  expect_bad_input([&] { Loader(set, options_of(2, -2)); }, {"workers", "found -2"});
  LoaderOptions behind = options_of(2);
  behind.prefetch = -2;
  expect_bad_input([&] { Loader(set, behind); }, {"prefetch", "found -2"});
  LoaderOptions dropping = options_of(6);
  dropping.drop_last = true;
  expect_bad_input([&] { Loader(set, dropping); }, {"batch size of 6", "5 samples"});
  expect_bad_input([&] { Loader(numbered_set(0), options_of(2)); }, {"empty"});
  LoaderOptions grey = options_of(2);
  grey.preprocessing.normalisation = {.mean = {0}, .std = {1}};
  expect_bad_input([&] { Loader(set, grey); }, {"expected 3 of each", "found 1 mean and 1 std"});
  LoaderOptions flat = options_of(2);
  flat.preprocessing.normalisation.std[1] = 0;
  expect_bad_input([&] { Loader(set, flat); }, {"above 0", "channel 1"});
  LoaderOptions shapeless = options_of(2);
  shapeless.preprocessing.shape = {};
  expect_bad_input([&] { Loader(set, shapeless); }, {"(channels, height, width)", "found ()"});
  LoaderOptions sampled = options_of(2);
  sampled.sampler.name = "randon";
  expect_bad_input([&] { Loader(set, sampled); }, {"unknown sampler \"randon\"", "did you mean \"random\"?"});
}

}  // namespace
}  // namespace lehr
