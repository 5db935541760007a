#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lehr/store/made_folders.hpp"

namespace lehr::run {

/// Throws DiskError if the disk failed, otherwise BadInput.
[[noreturn]] void throw_not_written(const std::filesystem::path& folder,
                                    const std::filesystem::filesystem_error& failure);

/// The folder of one run. Its name is the UTC time at which it was made, so that names sort by
/// time: runs/20250131-142805-3fa2. The last part is the fraction of the second. Unless keep() is
/// called, the destructor removes the folder with its contents, and the parents that were made for
/// it.
class RunFolder {
 public:
  /// Throws BadInput if nothing can be written there, DiskError if the disk is full.
  explicit RunFolder(const std::filesystem::path& parent);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  void make(const std::filesystem::path& parent);
  void remove() noexcept;

  std::optional<store::MadeFolders> parents_;
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace lehr::run
