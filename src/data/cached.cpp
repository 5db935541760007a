#include "lehr/data/cached.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/physical_memory.hpp"
#include "data/dataset_view.hpp"
#include "data/pass_progress.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

/// Uses the memory of `to`.
void copy(const Image& from, Image& to) {
  const std::span<std::uint8_t> pixels = to.reset(from.shape(), from.bits);
  std::copy(from.pixels.begin(), from.pixels.end(), pixels.begin());
}

std::size_t bytes_of(const Image& picture) { return sizeof(Image) + picture.pixels.size(); }

/// A picture in memory.
class KeptPicture final : public image::UnreadPicture {
 public:
  explicit KeptPicture(const Image& picture) : picture_(picture) {}
  image::Size size() const override { return {picture_.width, picture_.height}; }
  void read(const image::Part& part, Image& to) override {
    if (part.width == picture_.width && part.height == picture_.height) return copy(picture_, to);
    image::crop(picture_, part, to);
  }

 private:
  const Image& picture_;
};

/// Keeps the pictures that are read first.
class Cached final : public data::DatasetView {
 public:
  Cached(std::shared_ptr<const Dataset> dataset, std::size_t most_bytes)
      : DatasetView(std::move(dataset)),
        most_bytes_(most_bytes),
        pictures_(static_cast<std::size_t>(this->dataset().size())) {}
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

  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    if (index < 0 || index >= size()) return nullptr;
    const std::atomic<const Image*>& kept = pictures_[static_cast<std::size_t>(index)];
    if (const Image* const found = kept.load(std::memory_order_acquire)) {
      return std::make_unique<KeptPicture>(*found);
    }
    if (full_) return dataset().open(index);
    return nullptr;  // read() keeps it
  }

 private:
  void keep(const Image& picture, std::atomic<const Image*>& place) const {
    const std::size_t bytes = bytes_of(picture);
    if (bytes_.fetch_add(bytes) + bytes > most_bytes_) {
      bytes_.fetch_sub(bytes);
      full_ = true;
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
  mutable std::atomic<bool> full_ = false;  // a picture had no room
  mutable std::vector<std::atomic<const Image*>> pictures_;
};

/// Has all pictures.
class Held final : public data::DatasetView {
 public:
  Held(std::shared_ptr<const Dataset> dataset, std::vector<Image> pictures)
      : DatasetView(std::move(dataset)), pictures_(std::move(pictures)) {
    const Image& first = pictures_.front();
    const bool alike = std::ranges::all_of(pictures_, [&first](const Image& picture) {
      return picture.bits == 8 && picture.has_shape(first.shape());
    });
    if (alike) image_shape_ = first.shape();
  }
  void read(std::int64_t index, Image& picture) const override {
    check_sample(*this, index, "the dataset");
    copy(pictures_[static_cast<std::size_t>(index)], picture);
  }
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    check_sample(*this, index, "the dataset");
    return std::make_unique<KeptPicture>(pictures_[static_cast<std::size_t>(index)]);
  }
  Shape image_shape() const override { return image_shape_; }
  bool in_memory() const override { return true; }

 private:
  std::vector<Image> pictures_;
  Shape image_shape_{};
};

/// What all pictures would take in memory, by some that are spread evenly.
std::size_t estimated_bytes(const Dataset& dataset) {
  constexpr std::int64_t most_read = 32;
  const std::int64_t count = std::min(dataset.size(), most_read);
  std::size_t bytes = 0;
  Image picture;
  for (std::int64_t i = 0; i < count; ++i) {
    read_picture(dataset, i * dataset.size() / count, picture);
    bytes += bytes_of(picture);
  }
  return bytes * static_cast<std::size_t>(dataset.size()) / static_cast<std::size_t>(count);
}

}  // namespace

std::shared_ptr<const Dataset> cached(std::shared_ptr<const Dataset> dataset, std::size_t most_bytes,
                                      const MeasureProgress& progress) {
  if (!dataset || dataset->in_memory() || dataset->size() == 0 || most_bytes == 0) return dataset;
  if (estimated_bytes(*dataset) <= most_bytes) {
    if (auto held = held_in_memory(dataset, most_bytes, progress)) return held;
  }
  return std::make_shared<Cached>(std::move(dataset), most_bytes);
}

std::shared_ptr<const Dataset> held_in_memory(const std::shared_ptr<const Dataset>& dataset,
                                              std::size_t most_bytes, const MeasureProgress& progress) {
  if (dataset->size() == 0) return dataset;
  std::vector<Image> pictures(static_cast<std::size_t>(dataset->size()));
  std::atomic<std::size_t> bytes = 0;
  data::PassProgress pass(dataset->size(), progress);
  parallel_for(dataset->size(), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end && bytes <= most_bytes; ++i) {
      Image& picture = pictures[static_cast<std::size_t>(i)];
      read_picture(*dataset, i, picture);
      bytes += bytes_of(picture);
      pass.done();
    }
  });
  pass.end();
  if (bytes > most_bytes) return nullptr;
  return std::make_shared<Held>(dataset, std::move(pictures));
}

std::size_t usual_cache_bytes() { return static_cast<std::size_t>(available_memory() / 4); }

}  // namespace lehr
