#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "store/file_descriptor.hpp"

namespace lehr::store {

/// A regular file that is open for reading.
class InputFile {
 public:
  /// Throws BadInput with the system's reason, or if `file` is a folder, a device or a pipe.
  explicit InputFile(const std::filesystem::path& file);
  std::uint64_t size() const { return size_; }
  /// Fills `bytes` from `offset`. Throws BadInput if the file ends earlier or cannot be read.
  void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  std::filesystem::path file_;
  FileDescriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace lehr::store
