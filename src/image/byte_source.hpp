#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace lehr::image {

/// The bytes of a file in order, decompressed where the file is a .gz (known by its first two bytes).
class ByteSource {
 public:
  /// Throws BadInput where the file is missing, is a folder or cannot be read.
  explicit ByteSource(const std::filesystem::path& file);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `bytes` as far as the file reaches and returns how many came; fewer only at the end. Throws
  /// BadInput where compressed data are cut or damaged.
  std::size_t read(std::span<std::uint8_t> bytes);

  bool compressed() const;
  /// Size on disk.
  std::uint64_t file_bytes() const;
  /// The most that read() can ever return: what bounds a header's claims.
  std::uint64_t most_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::image
