#include "lehr/data/sampler.hpp"

#include <algorithm>

#include "lehr/data/loader.hpp"
#include "lehr/data/settings.hpp"
#include "support.hpp"
#include "support/huge_memory.hpp"

namespace lehr {
namespace {

using data_test::Bytes;
using data_test::expect_bad_input;
using Order = std::vector<std::int64_t>;

/// A data set that has only a size.
class Sized final : public Dataset {
 public:
  explicit Sized(std::int64_t size) : size_(size) {}
  std::int64_t size() const override { return size_; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t) const override { return 0; }
  void read(std::int64_t, Image& picture) const override { picture.reset({1, 1, 1}); }

 private:
  std::int64_t size_;
  std::vector<std::string> names_{"only"};
};

Order random_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch) {
  const Sized set(count);
  return epoch_order(*make_sampler({"random"}, {set, seed}), epoch);
}

/// A data set that has only labels.
class Labelled final : public Dataset {
 public:
  explicit Labelled(std::vector<std::int64_t> labels, std::size_t classes = 3)
      : labels_(std::move(labels)), names_(classes) {}
  std::int64_t size() const override { return std::ssize(labels_); }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t i) const override { return labels_[static_cast<std::size_t>(i)]; }
  void read(std::int64_t, Image& picture) const override { picture.reset({1, 1, 1}); }

 private:
  std::vector<std::int64_t> labels_;
  std::vector<std::string> names_;
};

/// 90 samples of class 0, 7 of class 1 and 3 of class 2, mixed.
Labelled unbalanced() {
  std::vector<std::int64_t> labels(100);
  for (std::size_t i = 0; i < 7; ++i) labels[13 * i + 1] = 1;
  for (std::size_t i = 0; i < 3; ++i) labels[30 * i] = 2;
  return Labelled(std::move(labels));
}

// Numbers of lehr 12ae3a3: a training of an earlier version must be resumable and repeatable.
TEST(RandomSampler, KeepsTheOrderOfEarlierVersions) {
  EXPECT_EQ(random_order(12, 9, 3), (Order{9, 5, 3, 11, 2, 7, 1, 4, 8, 6, 10, 0}));
  EXPECT_EQ(random_order(12, 1234567890123, 0), (Order{4, 2, 9, 1, 11, 5, 8, 6, 10, 7, 0, 3}));
}

TEST(RandomSampler, IsAPermutationBySeedAndEpoch) {
  const Order order = random_order(1000, 5, 2);
  EXPECT_EQ(order, random_order(1000, 5, 2));
  EXPECT_NE(order, random_order(1000, 5, 3));
  EXPECT_NE(order, random_order(1000, 6, 2));
  Order sorted = order;
  std::sort(sorted.begin(), sorted.end());
  const Sized set(1000);
  EXPECT_EQ(sorted, epoch_order(*make_sampler({}, {set, 5}), 2)) << "sequential";
  EXPECT_EQ(sorted[999], 999);
}

TEST(RandomSampler, PutsEverySampleAtEveryPlaceAlikeOften) {
  std::vector<std::vector<int>> counts(5, std::vector<int>(5));
  for (int epoch = 0; epoch < 5000; ++epoch) {
    const Order order = random_order(5, 1, epoch);
    for (std::size_t place = 0; place < 5; ++place) ++counts[place][static_cast<std::size_t>(order[place])];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 1000, 150);
  }
}

TEST(BalancedSampler, DrawsEachClassAlikeOften) {
  const Labelled set = unbalanced();
  const auto sampler = make_sampler({"balanced"}, {set, 5});
  std::vector<int> one_more(3);
  for (std::int64_t epoch = 0; epoch < 60; ++epoch) {
    const Order order = epoch_order(*sampler, epoch);
    ASSERT_EQ(order.size(), 100U);
    std::vector<int> of_class(3);
    std::vector<int> of_sample(100);
    for (const std::int64_t sample : order) {
      ++of_class[static_cast<std::size_t>(set.label(sample))];
      ++of_sample[static_cast<std::size_t>(sample)];
    }
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_TRUE(of_class[c] == 33 || of_class[c] == 34) << of_class[c];
      one_more[c] += of_class[c] - 33;
    }
    for (std::int64_t i = 0; i < 100; ++i) {  // 33 or 34 of 90, of 7 and of 3
      const int count = of_sample[static_cast<std::size_t>(i)];
      const int least = std::vector<int>{0, 4, 11}[static_cast<std::size_t>(set.label(i))];
      EXPECT_TRUE(count == least || count == least + 1) << count;
    }
  }
  for (const int count : one_more) EXPECT_GT(count, 5) << "each class has its turn";
}

TEST(BalancedSampler, MixesTheClassesBySeedAndEpoch) {
  const Labelled set = unbalanced();
  const auto order = [&](std::uint64_t seed, std::int64_t epoch) {
    return epoch_order(*make_sampler({"balanced"}, {set, seed}), epoch);
  };
  EXPECT_EQ(order(5, 2), order(5, 2));
  EXPECT_NE(order(5, 2), order(5, 3));
  EXPECT_NE(order(5, 2), order(6, 2));
  std::vector<int> in_first_half(3);
  const Order all = order(5, 2);
  for (std::size_t i = 0; i < 50; ++i) ++in_first_half[static_cast<std::size_t>(set.label(all[i]))];
  for (const int count : in_first_half) EXPECT_GT(count, 5);
}

TEST(BalancedSampler, PassesOverClassesWithoutSamples) {
  const Labelled set({0, 0, 0, 2}, 4);
  const Order order = epoch_order(*make_sampler({"balanced"}, {set, 1}), 0);
  EXPECT_EQ(std::ranges::count(order, 3), 2);
  EXPECT_EQ(order.size(), 4U);
}

TEST(BalancedSampler, LeavesWrongLabelsToTheLoader) {
  const auto set = std::make_shared<const Labelled>(std::vector<std::int64_t>{0, 1, -1, 7}, 2);
  Loader loader(set, {.batch_size = 4,
                      .sampler = {"balanced"},
                      .preprocessing = {.shape = {1, 1, 1}, .normalisation = {{0}, {1}}}});
  loader.start(0);
  expect_bad_input([&] { loader.next(); }, {"the label is"});
}

TEST(EpochOrder, RefusesCountsThatDoNotFitIntoMemory) {
  if (!test::huge_allocations_throw) GTEST_SKIP() << "sanitizers end a process that asks for too much";
  for (const std::int64_t count : {std::int64_t{1} << 60, std::int64_t{1} << 45}) {
    expect_bad_input([&] { random_order(count, 1, 0); },
                     {"the order of " + std::to_string(count) + " samples needs more memory than there is"});
  }
}

/// A sampler with given sample numbers, such as those of one class.
class Chosen final : public Sampler {
 public:
  explicit Chosen(Order samples) : samples_(std::move(samples)) {}
  std::int64_t size() const override { return std::ssize(samples_); }
  void order(std::int64_t epoch, std::span<std::int64_t> samples) const override {
    std::ranges::copy(samples_, samples.begin());
    std::rotate(samples.begin(), samples.begin() + epoch % size(), samples.end());
  }

 private:
  Order samples_;
};

TEST(OwnSampler, IsUsedByName) {
  register_sampler("of-class", [](const SamplerInput& input, Settings& settings) {
    const std::int64_t wanted = settings.integer("class", {0, 9});
    Order samples;
    for (std::int64_t i = 0; i < input.dataset.size(); ++i) {
      if (input.dataset.label(i) == wanted) samples.push_back(i);
    }
    return std::make_unique<Chosen>(std::move(samples));
  });
  const auto set = std::make_shared<MemoryDataset>(Shape{1, 1, 1}, Bytes{1, 2, 3, 4, 5}, Bytes{0, 1, 1, 0, 1},
                                                   std::vector<std::string>{"a", "b"});
  LoaderOptions options{.batch_size = 2,
                        .sampler = {"of-class"},
                        .preprocessing = {.shape = {1, 1, 1}, .normalisation = {{0}, {1}}}};
  options.sampler.settings.set("class", std::int64_t{1});
  Loader loader(set, options);
  EXPECT_EQ(loader.samples(), 3);
  EXPECT_EQ(loader.batches(), 2);
  loader.start(1);
  Order seen;
  while (const Batch* batch = loader.next()) seen.insert(seen.end(), batch->ids.begin(), batch->ids.end());
  EXPECT_EQ(seen, (Order{2, 4, 1}));

  options.sampler.settings = {};
  expect_bad_input([&] { Loader(set, options); },
                   {"the sampler of-class: class must be an integer from 0 to 9, found nothing"});
  options.sampler.settings.set("class", std::int64_t{3});
  expect_bad_input([&] { Loader(set, options); }, {"\"of-class\" gives no sample"});
  options.sampler.settings.set("class", std::int64_t{1});
  options.sampler.settings.set("clas", std::int64_t{1});
  expect_bad_input([&] { Loader(set, options); },
                   {"unknown setting of the sampler of-class \"clas\"; did you mean \"class\"?"});
  expect_bad_input(
      [] {
        register_sampler("of-class",
                         [](const SamplerInput&, Settings&) { return std::make_unique<Chosen>(Order{}); });
      },
      {"\"of-class\" is registered already"});
  expect_bad_input([] { register_sampler("empty", {}); }, {"needs a function"});
}

TEST(OwnSampler, CannotAskForWhatIsNotThere) {
  register_sampler("beyond", [](const SamplerInput&, Settings&) {
    return std::make_unique<Chosen>(Order{0, 5});
  });
  Loader loader(std::make_shared<Sized>(5),
                {.sampler = {"beyond"}, .preprocessing = {.shape = {1, 1, 1}, .normalisation = {{0}, {1}}}});
  expect_bad_input([&] { loader.start(0); }, {"the sampler beyond asks for sample 5; the dataset has 5"});
}

// Shards ----------------------------------------------------------------------------------

std::vector<Order> batches_of(std::int64_t count, LoaderOptions options, Shard shard) {
  options.shard = shard;
  options.preprocessing = {.shape = {1, 1, 1}, .normalisation = {{0}, {1}}};
  Loader loader(std::make_shared<Sized>(count), options);
  std::vector<Order> batches;
  loader.start(3);
  while (const Batch* batch = loader.next()) batches.emplace_back(batch->ids.begin(), batch->ids.end());
  EXPECT_EQ(std::ssize(batches), loader.batches());
  return batches;
}

TEST(Shards, TogetherGiveTheBatchesOfOneLoader) {
  for (const bool drop_last : {false, true}) {
    for (const int count : {2, 3, 5}) {
      for (const int workers : {0, 2}) {
        const LoaderOptions options{
            .batch_size = 7, .sampler = {"random"}, .drop_last = drop_last, .seed = 4, .workers = workers};
        const std::vector<Order> whole = batches_of(37, options, {});
        std::vector<Order> joined(whole.size());
        for (int rank = 0; rank < count; ++rank) {
          const std::vector<Order> part = batches_of(37, options, {.rank = rank, .count = count});
          ASSERT_EQ(part.size(), whole.size());
          for (std::size_t i = 0; i < part.size(); ++i) {
            EXPECT_LE(std::ssize(part[i]), (std::ssize(whole[i]) + count - 1) / count);
            EXPECT_GE(std::ssize(part[i]), std::ssize(whole[i]) / count);
            joined[i].insert(joined[i].end(), part[i].begin(), part[i].end());
          }
        }
        EXPECT_EQ(joined, whole) << count << " " << drop_last << " " << workers;
      }
    }
  }
}

TEST(Shards, MayGetNothingOfAShortBatch) {
  const LoaderOptions options{.batch_size = 4};
  EXPECT_EQ(batches_of(5, options, {.rank = 0, .count = 2}), (std::vector<Order>{{0, 1}, {}}));
  EXPECT_EQ(batches_of(5, options, {.rank = 1, .count = 2}), (std::vector<Order>{{2, 3}, {4}}));
}

TEST(Shards, RefuseImpossibleOnes) {
  const LoaderOptions options{.batch_size = 4};
  expect_bad_input([&] { batches_of(9, options, {.rank = 2, .count = 2}); },
                   {"rank", "from 0 to 1", "found 2"});
  expect_bad_input([&] { batches_of(9, options, {.rank = -1, .count = 2}); }, {"rank", "found -1"});
  expect_bad_input([&] { batches_of(9, options, {.rank = 0, .count = 0}); }, {"number of shards", "found 0"});
  expect_bad_input([&] { batches_of(9, options, {.rank = 0, .count = 5}); }, {"4 samples", "5 shards"});
}

}  // namespace
}  // namespace lehr
