#pragma once

#include <filesystem>
#include <vector>

namespace lehr::store {

/// The rule for folders in all of lehr: code that writes a file makes the missing folders of its path. If the
/// file cannot be written, these folders are removed again.
///
/// This class makes the missing folders of a path, parents first. Unless keep() is called, the destructor
/// removes those that are empty.
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

/// Throws std::filesystem::filesystem_error if the folder, or its nearest existing parent, is not a folder or
/// is not writable. Makes nothing.
void check_can_make(const std::filesystem::path& folder);

}  // namespace lehr::store
