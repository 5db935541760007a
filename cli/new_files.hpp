#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "lehr/data/picture_source.hpp"

namespace lehr::cli {

/// A folder that a command fills with files. It is empty or missing before. No file replaces another:
/// if a name is taken, the next one gets a number, as in "cat-2.jpg".
class NewFiles {
 public:
  /// Throws BadInput, naming the option, if the folder has files or cannot be made. Makes nothing.
  NewFiles(const std::string& option, std::filesystem::path folder);

  /// A free path in the folder, or in the folder `within` it, whose name is like `name`. Makes the
  /// folders.
  std::filesystem::path free_path(const std::string& within, const std::filesystem::path& name);
  /// Copies a file to a free path, which appears whole or not at all. Throws BadInput or DiskError
  /// if it cannot be read or written.
  std::filesystem::path add(const std::string& within, const data::FoundPicture& file);

 private:
  std::filesystem::path folder_;
  std::map<std::filesystem::path, int> last_numbers_;  // of names that were taken
};

}  // namespace lehr::cli
