#pragma once

#include <filesystem>
#include <vector>

namespace lehr::store {

/// The rule for folders that everything in lehr follows: what is written goes where its path says, and
/// missing folders are made for it, parents first. If the writing fails, the folders that were made for it go
/// again.
///
/// Makes the missing folders of a path. Unless keep() is called, they are removed with this object, as far as
/// they are empty.
class MadeFolders {
 public:
  /// Throws std::filesystem::filesystem_error with the folder that could not be made.
  explicit MadeFolders(const std::filesystem::path& folder);
  ~MadeFolders() { remove(); }
  MadeFolders(const MadeFolders&) = delete;
  MadeFolders& operator=(const MadeFolders&) = delete;

  void keep() noexcept { made_.clear(); }

 private:
  void remove() noexcept;
  std::vector<std::filesystem::path> made_;  ///< parents first
};

/// Throws std::filesystem::filesystem_error if the folder, or the nearest parent that exists, is no folder or
/// does not let files be made in it. Makes nothing.
void check_can_make(const std::filesystem::path& folder);

}  // namespace lehr::store
