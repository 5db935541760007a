#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace lehr::image {

/// Bytes that one byte of deflate data can give at most. Source: zlib's technical notes, "Maximum Compression
/// Factor".
inline constexpr std::uint64_t largest_deflate_ratio = 1032;

/// The first bytes of a .gz file.
inline constexpr std::array<std::uint8_t, 2> gzip_magic{0x1F, 0x8B};

/// The bytes of a file in order. A .gz file (recognised by its first two bytes) is decompressed.
class ByteSource {
 public:
  /// Throws BadInput if the file is missing, is a folder or cannot be read.
  explicit ByteSource(const std::filesystem::path& file);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `bytes` and returns the number of bytes read, which is smaller only at the end of the
  /// file. Throws BadInput if compressed data is cut or damaged.
  std::size_t read(std::span<std::uint8_t> bytes);

  bool compressed() const;
  /// Size on disk.
  std::uint64_t file_bytes() const;
  /// The maximum of bytes that read() can return in total. A header cannot promise more.
  std::uint64_t most_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::image
