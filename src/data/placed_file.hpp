#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace lehr::data {

/// A file that is read at any place, by several threads at once.
class PlacedFile {
 public:
  /// Throws BadInput if the file cannot be opened.
  explicit PlacedFile(const std::filesystem::path& path);
  ~PlacedFile();
  PlacedFile(const PlacedFile&) = delete;
  PlacedFile& operator=(const PlacedFile&) = delete;

  std::uint64_t size() const;
  /// Throws BadInput if the file ends before.
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const;

 private:
  std::filesystem::path path_;
  int descriptor_;
};

inline constexpr std::uint64_t most_in_fingerprint = 4096;
/// A checksum of the size of a file and of at most `most` bytes in its middle. It is not 0.
std::uint64_t fingerprint_of(std::span<const std::uint8_t> contents,
                             std::uint64_t most = most_in_fingerprint);
/// The same, with most_in_fingerprint, of a file that begins at `offset` of another.
std::uint64_t fingerprint_of(const PlacedFile& file, std::uint64_t offset, std::uint64_t size);

}  // namespace lehr::data
