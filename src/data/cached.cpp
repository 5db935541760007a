#include "lehr/data/cached.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/physical_memory.hpp"
#include "data/dataset_view.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr {
namespace {

class Cached final : public data::DatasetView {
 public:
  Cached(std::shared_ptr<const Dataset> decoded, std::size_t most_bytes)
      : DatasetView(std::move(decoded)),
        most_bytes_(most_bytes),
        pictures_(static_cast<std::size_t>(dataset().size())) {}
  ~Cached() override {
    for (const std::atomic<const Image*>& picture : pictures_) delete picture.load();
  }
  Cached(const Cached&) = delete;
  Cached& operator=(const Cached&) = delete;

  void read(std::int64_t index, Image& picture) const override {
    if (index < 0 || index >= size()) return dataset().read(index, picture);  // which refuses it
    std::atomic<const Image*>& kept = pictures_[static_cast<std::size_t>(index)];
    if (const Image* const found = kept.load(std::memory_order_acquire)) {
      copy(*found, picture);
      return;
    }
    dataset().read(index, picture);
    keep(picture, kept);
  }

 private:
  /// Uses the memory of `to`.
  static void copy(const Image& from, Image& to) {
    const std::span<std::uint8_t> pixels = to.reset(from.shape(), from.bits);
    std::copy(from.pixels.begin(), from.pixels.end(), pixels.begin());
  }

  void keep(const Image& picture, std::atomic<const Image*>& place) const {
    const std::size_t bytes = sizeof(Image) + picture.pixels.size();
    if (bytes_.fetch_add(bytes) + bytes > most_bytes_) {
      bytes_.fetch_sub(bytes);
      return;
    }
    auto kept = std::make_unique<Image>();
    copy(picture, *kept);
    const Image* none = nullptr;
    if (place.compare_exchange_strong(none, kept.get(), std::memory_order_acq_rel)) {
      kept.release();
    } else {  // another thread has read the same picture
      bytes_.fetch_sub(bytes);
    }
  }

  std::size_t most_bytes_;
  mutable std::atomic<std::size_t> bytes_ = 0;
  mutable std::vector<std::atomic<const Image*>> pictures_;
};

}  // namespace

std::shared_ptr<const Dataset> cached(std::shared_ptr<const Dataset> dataset, std::size_t most_bytes) {
  if (!dataset || dataset->in_memory() || most_bytes == 0) return dataset;
  return std::make_shared<Cached>(std::move(dataset), most_bytes);
}

std::shared_ptr<const Dataset> held_in_memory(const Dataset& dataset, std::size_t most_bytes) {
  std::vector<Sample> samples(static_cast<std::size_t>(dataset.size()));
  std::atomic<std::size_t> bytes = 0;
  parallel_for(dataset.size(), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end && bytes <= most_bytes; ++i) {
      Sample& sample = samples[static_cast<std::size_t>(i)];
      read_picture(dataset, i, sample.picture);
      sample.label = dataset.label(i);
      sample.origin = dataset.origin(i);
      bytes += sizeof(Sample) + sample.picture.pixels.size() + sample.origin.size();
    }
  });
  if (bytes > most_bytes) return nullptr;
  const auto names = dataset.class_names();
  return std::make_shared<PictureDataset>(std::move(samples),
                                          std::vector<std::string>(names.begin(), names.end()));
}

std::size_t usual_cache_bytes() { return static_cast<std::size_t>(available_memory() / 4); }

}  // namespace lehr
