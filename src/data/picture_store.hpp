#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "data/placed_file.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/image.hpp"

namespace lehr::data {

/// Where a decoded picture lies in a store.
struct StoredPicture {
  std::uint64_t identity = 0;  ///< a hash of Dataset::identity
  std::uint64_t offset = 0, hash = 0;
  std::uint32_t width = 0, height = 0, channels = 0, bits = 0;

  Shape shape() const { return {channels, height, width}; }
  std::uint64_t row_bytes() const { return std::uint64_t{width} * channels * (bits / 8); }
  std::uint64_t bytes() const { return height * row_bytes(); }
};

/// The start of a store: header, pixels of the pictures, their list sorted by identity.
struct StoreHeader {
  std::uint64_t magic = 0, version = 0;
  std::uint64_t pictures = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t wanted = 0;  ///< a hash of the identities of all pictures that should be in it
  std::uint64_t limit = 0;   ///< bytes at which it ended before it had all pictures; 0 if it has all
  std::uint64_t hash = 0;    ///< of the list, and of the header with 0 here
};

constexpr std::uint64_t store_magic = 0x73636970'7268656CU;  // "lehrpics", in the machine's byte order
/// Another one if the same file decodes to other pixels, or the format changes.
constexpr std::uint64_t store_version = 1;

std::uint64_t hash_of_store(StoreHeader header, std::span<const StoredPicture> pictures);
std::uint64_t hash_of_pixels(std::span<const std::uint8_t> pixels);

/// A file of decoded pictures. Damage of any kind is noticed, and the picture or the store is then as if it
/// were not there. Several threads may read at once.
class PictureStore {
 public:
  /// Null if there is no such file, or none that is whole and of this version.
  static std::shared_ptr<const PictureStore> open(const std::filesystem::path& file);

  const StoreHeader& header() const { return header_; }
  std::span<const StoredPicture> pictures() const { return pictures_; }
  /// Null if it does not have the picture.
  const StoredPicture* find(std::uint64_t identity) const;
  /// Reads a part of the picture. The first time, checks all its pixels. Returns false if they are damaged;
  /// then the store removes its file, so that a later training writes it anew.
  bool read(const StoredPicture& picture, const image::Part& part, Image& to) const;
  bool read(const StoredPicture& picture, Image& to) const;

 private:
  explicit PictureStore(const std::filesystem::path& file);
  bool has_valid_list();
  bool fill(const StoredPicture& picture, std::int64_t top, std::int64_t height, Image& to) const;
  bool damaged() const;

  std::filesystem::path path_;
  PlacedFile file_;
  StoreHeader header_;
  std::vector<StoredPicture> pictures_;
  mutable std::vector<std::atomic<bool>> checked_;
};

}  // namespace lehr::data
