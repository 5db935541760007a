#include "lehr/data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <numeric>
#include <thread>

#include "lehr/core/parallel.hpp"
#include "support.hpp"
#include "support/huge_memory.hpp"

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

LoaderOptions options_of(std::int64_t batch_size, int prefetch = 0) {
  return {.batch_size = batch_size,
          .normalisation = {.mean = {0.1F, 0.4F, 0.5F}, .std = {0.3F, 0.2F, 0.9F}},
          .prefetch = prefetch};
}

struct Copy {
  std::vector<float> images;
  std::vector<std::int64_t> targets, ids;
  bool operator==(const Copy&) const = default;
};

Copy copy_of(const Batch& batch, const Dataset& set) {
  const auto elements = static_cast<std::size_t>(batch.size * set.image_shape().numel());
  return {{batch.images, batch.images + elements},
          {batch.targets, batch.targets + batch.size},
          {batch.ids.begin(), batch.ids.end()}};
}

std::vector<Copy> epoch_of(Loader& loader, std::int64_t epoch, std::int64_t first = 0) {
  std::vector<Copy> copies;
  loader.start(epoch, first);
  while (const Batch* batch = loader.next()) {
    EXPECT_EQ(batch->index, first + static_cast<std::int64_t>(copies.size()));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(batch->images) % 64, 0U);
    copies.push_back(copy_of(*batch, loader.dataset()));
  }
  EXPECT_EQ(loader.next(), nullptr);
  return copies;
}

TEST(EpochOrder, IsAPermutationBySeedAndEpoch) {
  const auto order = epoch_order(1000, true, 5, 2);
  EXPECT_EQ(order, epoch_order(1000, true, 5, 2));
  EXPECT_NE(order, epoch_order(1000, true, 5, 3));
  EXPECT_NE(order, epoch_order(1000, true, 6, 2));
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, epoch_order(1000, false, 5, 2));
  EXPECT_EQ(sorted[999], 999);
}

TEST(EpochOrder, RefusesCountsThatDoNotFitIntoMemory) {
  if (!test::huge_allocations_throw) GTEST_SKIP() << "sanitizers end a process that asks for too much";
  for (const std::int64_t count : {std::int64_t{1} << 60, std::int64_t{1} << 45}) {
    expect_bad_input([&] { epoch_order(count, true, 1, 0); },
                     {"the order of " + std::to_string(count) + " samples needs more memory than there is"});
  }
  expect_bad_input([&] { epoch_order(-1, true, 1, 0); }, {"found -1"});
}

TEST(EpochOrder, PutsEverySampleAtEveryPlaceAlikeOften) {
  std::vector<std::vector<int>> counts(5, std::vector<int>(5));
  for (int epoch = 0; epoch < 5000; ++epoch) {
    const auto order = epoch_order(5, true, 1, epoch);
    for (std::size_t place = 0; place < 5; ++place) ++counts[place][static_cast<std::size_t>(order[place])];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 1000, 150);
  }
}

TEST(Loader, GivesNormalisedImagesAndTheirLabels) {
  for (const Shape& shape :
       {Shape{1, 28, 28}, Shape{1, 3, 5}, Shape{3, 5, 7}, Shape{3, 32, 32}, Shape{4, 9, 2}}) {
    const auto set = numbered_set(23, shape);
    LoaderOptions options = options_of(8);
    options.normalisation = normalisation_of(*set);
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
        const double expected = (pixels[i] / 255.0 - options.normalisation.mean[i % channels]) /
                                options.normalisation.std[i % channels];
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
  for (const int prefetch : {0, 1, 3}) {
    LoaderOptions options = options_of(4, prefetch);
    options.shuffle = true;
    options.seed = 9;
    Loader loader(numbered_set(22), options);
    for (const std::int64_t epoch : {0, 1, 0}) {
      std::vector<std::int64_t> ids;
      for (const Copy& batch : epoch_of(loader, epoch))
        ids.insert(ids.end(), batch.ids.begin(), batch.ids.end());
      EXPECT_EQ(ids, epoch_order(22, true, 9, epoch));
    }
  }
}

TEST(Loader, GivesTheSameBatchesWithAnyPrefetchAndThreads) {
  const auto set = numbered_set(500, {3, 20, 20});
  LoaderOptions options = options_of(128);
  options.shuffle = true;
  const int before = threads();
  set_threads(1);
  Loader alone(set, options);
  const auto expected = epoch_of(alone, 4);
  set_threads(3);
  EXPECT_EQ(epoch_of(alone, 4), expected);  // more threads than at its making
  for (const int prefetch : {-1, 0, 1, 2, 7}) {
    options.prefetch = prefetch;
    Loader loader(set, options);
    EXPECT_EQ(epoch_of(loader, 4), expected) << prefetch;
  }
  set_threads(before);
}

TEST(Loader, StartsAtAnyBatchAndAbandonsAnEpochUnderWay) {
  for (const int prefetch : {0, 1, 2}) {
    LoaderOptions options = options_of(4, prefetch);
    options.shuffle = true;
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
    Loader loader(numbered_set(64), options_of(2, 3));
    loader.start(0);
    for (int i = 0; i < round % 5; ++i) loader.next();
  }
}

/// Keeps the last batch untouched while the next ones are made.
TEST(Loader, LeavesABatchAloneUntilTheNextIsAskedFor) {
  const auto set = numbered_set(400);
  Loader loader(set, options_of(4, 1));
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    const Copy before = copy_of(*batch, *set);
    for (int i = 0; i < 200; ++i) std::this_thread::yield();
    ASSERT_EQ(copy_of(*batch, *set), before);
  }
}

class FailingSet final : public Dataset {
 public:
  explicit FailingSet(std::int64_t bad) : bad_(bad) {}
  std::int64_t size() const override { return 40; }
  Shape image_shape() const override { return {3, 1, 1}; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t) const override { return 0; }
  void read(std::int64_t index, std::span<std::uint8_t> pixels) const override {
    if (index == bad_) throw BadInput("sample " + std::to_string(index) + " is damaged");
    std::fill(pixels.begin(), pixels.end(), std::uint8_t{1});
  }

 private:
  std::int64_t bad_;
  std::vector<std::string> names_{"only"};
};

TEST(Loader, RethrowsWhatReadingThrew) {
  for (const int prefetch : {-1, 0, 1, 4}) {
    Loader loader(std::make_shared<FailingSet>(22), options_of(10, prefetch));
    loader.start(0);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_NE(loader.next(), nullptr);
    expect_bad_input([&] { loader.next(); }, {"sample 22 is damaged"});
    expect_bad_input([&] { loader.next(); }, {"sample 22 is damaged"});
    loader.start(0, 3);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_EQ(loader.next(), nullptr);
  }
}

TEST(Loader, RefusesImpossibleOptions) {
  const auto set = numbered_set(5);
  expect_bad_input([&] { Loader(set, options_of(0)); }, {"batch size", "found 0"});
  expect_bad_input([&] { Loader(set, options_of(-3)); }, {"batch size", "found -3"});
  expect_bad_input([&] { Loader(set, options_of(2, -2)); }, {"prefetch", "found -2"});
  LoaderOptions dropping = options_of(6);
  dropping.drop_last = true;
  expect_bad_input([&] { Loader(set, dropping); }, {"batch size of 6", "5 samples"});
  expect_bad_input([&] { Loader(numbered_set(0), options_of(2)); }, {"empty"});
  LoaderOptions grey = options_of(2);
  grey.normalisation = {.mean = {0}, .std = {1}};
  expect_bad_input([&] { Loader(set, grey); }, {"expected 3 of each", "found 1 mean and 1 std"});
  LoaderOptions flat = options_of(2);
  flat.normalisation.std[1] = 0;
  expect_bad_input([&] { Loader(set, flat); }, {"above 0", "channel 1"});
}

}  // namespace
}  // namespace lehr
