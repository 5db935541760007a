#include "lehr/data/cached.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "lehr/core/error.hpp"
#include "lehr/data/description.hpp"
#include "support.hpp"

namespace lehr {
namespace {

/// Ten pictures of 100 bytes, of different shapes. It counts how often one is read.
class CountedReads final : public Dataset {
 public:
  explicit CountedReads(bool alike = false) : alike_(alike) {}
  std::int64_t size() const override { return 10; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t index) const override { return index % 2; }
  void read(std::int64_t index, Image& picture) const override {
    if (index < 0 || index >= size()) throw BadInput("there is no such sample");
    ++reads;
    const bool wide = alike_ || index % 2 == 0;
    auto pixels = picture.reset(wide ? Shape{1, 2, 50} : Shape{1, 50, 2});
    std::fill(pixels.begin(), pixels.end(), static_cast<std::uint8_t>(index));
  }
  std::string origin(std::int64_t index) const override { return std::to_string(index); }

  mutable std::atomic<int> reads = 0;

 private:
  bool alike_;  ///< all have one shape
  std::vector<std::string> names_{"even", "odd"};
};

Image read(const Dataset& dataset, std::int64_t index) {
  Image picture;
  dataset.read(index, picture);
  return picture;
}

TEST(Cached, GivesTheSamePicturesAndReadsThemOnce) {
  const auto counted = std::make_shared<CountedReads>();
  const std::shared_ptr<const Dataset> kept = cached(counted, 1 << 20);
  EXPECT_TRUE(kept->in_memory());
  EXPECT_EQ(counted->reads, 20) << "ten of them to estimate the size";
  for (int time = 0; time < 2; ++time) {
    for (std::int64_t i = 0; i < 10; ++i) {
      const Image picture = read(*kept, i);
      EXPECT_EQ(picture.pixels.front(), i);
      EXPECT_EQ(picture.width, i % 2 == 0 ? 50 : 2);
      EXPECT_EQ(kept->label(i), i % 2);
      EXPECT_EQ(kept->origin(i), std::to_string(i));
    }
  }
  EXPECT_EQ(counted->reads, 20) << "it reads each only once";
  EXPECT_THROW(read(*kept, 10), BadInput);
  EXPECT_THROW(read(*kept, -1), BadInput);
}

TEST(Cached, KeepsNoMoreThanItsBytes) {
  const auto counted = std::make_shared<CountedReads>();
  const std::shared_ptr<const Dataset> kept = cached(counted, 3 * (100 + sizeof(Image)));
  EXPECT_FALSE(kept->in_memory());
  counted->reads = 0;
  for (int time = 0; time < 2; ++time) {
    for (std::int64_t i = 0; i < 10; ++i) read(*kept, i);
  }
  EXPECT_EQ(counted->reads, 10 + 7) << "three of them were kept";
}

TEST(Cached, IsNothingForDataInMemoryAndWithoutBytes) {
  const auto counted = std::make_shared<CountedReads>();
  EXPECT_EQ(cached(counted, 0), counted);
  const auto memory =
      std::make_shared<MemoryDataset>(Shape{1, 1, 1}, std::vector<std::uint8_t>{1, 2},
                                      std::vector<std::uint8_t>{0, 0}, std::vector<std::string>{"all"});
  EXPECT_EQ(cached(memory, 1 << 20), memory);
}

TEST(Cached, MayBeReadBySeveralThreads) {
  const auto counted = std::make_shared<CountedReads>();
  const std::shared_ptr<const Dataset> kept = cached(counted, 5 * (100 + sizeof(Image)));
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (std::int64_t i = 0; i < 1000; ++i) wrong += read(*kept, i % 10).pixels.back() != i % 10 ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(HeldInMemory, HasTheSameSamples) {
  const auto shared = std::make_shared<CountedReads>();
  const CountedReads& counted = *shared;
  const std::shared_ptr<const Dataset> held = held_in_memory(shared, 1 << 20);
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->in_memory());
  EXPECT_EQ(held->image_shape().rank(), 0U) << "they differ in shape";
  for (std::int64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(read(*held, i), read(counted, i));
    EXPECT_EQ(held->label(i), counted.label(i));
    EXPECT_EQ(held->origin(i), counted.origin(i));
  }
}

// Or a run could not be resumed with another cache.
TEST(HeldInMemory, IsDescribedLikeTheFiles) {
  for (const bool alike : {false, true}) {
    const auto files = std::make_shared<CountedReads>(alike);
    const std::shared_ptr<const Dataset> held = held_in_memory(files, 1 << 20);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->image_shape().rank() != 0, alike);
    EXPECT_EQ(data::description_of(*held), data::description_of(*files));
  }
}

TEST(HeldInMemory, IsNothingIfItTakesTooMuch) {
  const auto counted = std::make_shared<CountedReads>();
  EXPECT_FALSE(held_in_memory(counted, 500));
  EXPECT_LT(counted->reads, 10) << "it stops early";
}

TEST(HeldInMemory, TellsHowFarItIs) {
  std::int64_t last = 0;
  const MeasureProgress progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 10);
    last = done;
  };
  held_in_memory(std::make_shared<CountedReads>(), 1 << 20, progress);
  EXPECT_EQ(last, 10);
  last = 0;
  cached(std::make_shared<CountedReads>(), 1 << 20, progress);
  EXPECT_EQ(last, 10);
}

TEST(HeldInMemory, NamesThePictureThatCannotBeRead) {
  struct Damaged final : Dataset {
    std::int64_t size() const override { return 2; }
    std::span<const std::string> class_names() const override { return names; }
    std::int64_t label(std::int64_t) const override { return 0; }
    void read(std::int64_t index, Image& picture) const override {
      if (index == 1) throw BadInput("it is damaged");
      picture.reset({1, 1, 1});
    }
    std::string origin(std::int64_t index) const override { return "file-" + std::to_string(index); }
    std::vector<std::string> names{"all"};
  };
  data_test::expect_bad_input([] { held_in_memory(std::make_shared<Damaged>(), 1 << 20); },
                              {"file-1", "it is damaged"});
}

TEST(UsualCacheBytes, AreAPartOfTheMemory) { EXPECT_GT(usual_cache_bytes(), std::size_t{1} << 20); }

}  // namespace
}  // namespace lehr
