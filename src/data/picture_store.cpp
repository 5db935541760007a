#include "data/picture_store.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"

namespace lehr::data {
namespace {

template <class Value>
std::span<std::uint8_t> bytes_of(std::span<Value> values) {
  return {reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes()};
}

bool is_possible(const StoredPicture& picture, std::uint64_t file_bytes) {
  constexpr std::uint32_t most_side = 1 << 24;  // so that no product overflows
  const bool has_shape = picture.width >= 1 && picture.width <= most_side && picture.height >= 1 &&
                         picture.height <= most_side && picture.channels >= 1 && picture.channels <= 4 &&
                         (picture.bits == 8 || picture.bits == 16);
  return has_shape && picture.offset <= file_bytes && picture.bytes() <= file_bytes - picture.offset;
}

/// Crops in place.
void keep_part(Image& image, const image::Part& part) {
  if (part.width == image.width && part.height == image.height) return;
  const auto pixel = image.channels * (image.bits / 8);
  const std::int64_t length = part.width * pixel;
  const std::uint8_t* from = image.pixels.data() + (part.top * image.width + part.left) * pixel;
  std::uint8_t* out = image.pixels.data();
  for (std::int64_t y = 0; y < part.height; ++y, from += image.width * pixel, out += length) {
    std::memmove(out, from, static_cast<std::size_t>(length));
  }
  image.reset({image.channels, part.height, part.width}, image.bits);
}

}  // namespace

std::uint64_t hash_of_store(StoreHeader header, std::span<const StoredPicture> pictures) {
  header.hash = 0;
  Hash hash;
  hash.add(std::as_bytes(std::span(&header, 1)));
  hash.add(std::as_bytes(pictures));
  return hash.value();
}

std::uint64_t hash_of_pixels(std::span<const std::uint8_t> pixels) {
  Hash hash;
  hash.add(std::as_bytes(pixels));
  return hash.value();
}

PictureStore::PictureStore(const std::filesystem::path& file) : path_(file), file_(file) {}

std::shared_ptr<const PictureStore> PictureStore::open(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return nullptr;
  try {
    const std::shared_ptr<PictureStore> store(new PictureStore(file));
    if (store->has_valid_list()) return store;
  } catch (const BadInput&) {  // it is too short
  }
  return nullptr;
}

bool PictureStore::has_valid_list() {
  file_.read(0, bytes_of(std::span(&header_, 1)));
  const std::uint64_t size = file_.size();
  if (header_.magic != store_magic || header_.version != store_version || header_.file_bytes != size)
    return false;
  if (header_.pictures > size / sizeof(StoredPicture)) return false;
  pictures_.resize(header_.pictures);
  file_.read(size - header_.pictures * sizeof(StoredPicture), bytes_of(std::span(pictures_)));
  if (header_.hash != hash_of_store(header_, pictures_)) return false;
  checked_ = std::vector<std::atomic<bool>>(pictures_.size());
  return std::ranges::all_of(pictures_, [size](const StoredPicture& one) { return is_possible(one, size); });
}

const StoredPicture* PictureStore::find(std::uint64_t identity) const {
  const auto found = std::ranges::lower_bound(pictures_, identity, {}, &StoredPicture::identity);
  return found != pictures_.end() && found->identity == identity ? &*found : nullptr;
}

bool PictureStore::read(const StoredPicture& picture, Image& to) const {
  return read(picture, {.width = picture.width, .height = picture.height}, to);
}

bool PictureStore::read(const StoredPicture& picture, const image::Part& part, Image& to) const {
  std::atomic<bool>& checked = checked_[static_cast<std::size_t>(&picture - pictures_.data())];
  if (checked) {
    if (!fill(picture, part.top, part.height, to)) return damaged();
  } else {
    if (!fill(picture, 0, picture.height, to) || hash_of_pixels(to.pixels) != picture.hash) return damaged();
    checked = true;
  }
  const std::int64_t top = to.height == part.height ? 0 : part.top;
  keep_part(to, {part.left, top, part.width, part.height});
  return true;
}

/// Reads some rows. Returns false if the disk does not give them, or another program has cut the file.
bool PictureStore::fill(const StoredPicture& picture, std::int64_t top, std::int64_t height,
                        Image& to) const {
  try {
    const auto rows = to.reset({picture.channels, height, picture.width}, static_cast<int>(picture.bits));
    file_.read(picture.offset + static_cast<std::uint64_t>(top) * picture.row_bytes(), rows);
    return true;
  } catch (const BadInput&) {
    return false;
  } catch (const DiskError&) {
    return false;
  }
}

bool PictureStore::damaged() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  return false;
}

}  // namespace lehr::data
