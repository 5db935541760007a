#include "lehr/store/made_folders.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/flush.hpp"

namespace lehr::store {
namespace fs = std::filesystem;
namespace {

// A dangling symbolic link is not missing: no folder can be made in its place.
bool is_missing(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::not_found;
}

fs::path parent_of(const fs::path& folder) {
  const fs::path parent = folder.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

}  // namespace

MadeFolders::MadeFolders(const fs::path& folder) {
  std::vector<fs::path> missing;
  for (fs::path at = folder; !at.empty() && is_missing(at); at = at.parent_path()) missing.push_back(at);
  try {
    for (; !missing.empty(); missing.pop_back()) {
      if (!fs::create_directory(missing.back())) continue;
      made_.push_back(missing.back());
      // Files in a new folder would be lost if its own entry were lost.
      if (const int failure = flush_folder(parent_of(missing.back())); failure != 0) {
        throw fs::filesystem_error("", missing.back(), {failure, std::generic_category()});
      }
    }
  } catch (...) {
    remove();
    throw;
  }
}

void MadeFolders::remove() noexcept {
  std::error_code ignored;
  for (; !made_.empty(); made_.pop_back()) fs::remove(made_.back(), ignored);
}

void check_can_make(const fs::path& folder) {
  fs::path at = folder.empty() ? fs::path(".") : folder;
  while (is_missing(at)) at = parent_of(at);
  if (!fs::is_directory(at)) {
    throw fs::filesystem_error("", at, std::make_error_code(std::errc::not_a_directory));
  }
  if (::faccessat(AT_FDCWD, at.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw fs::filesystem_error("", at, {errno, std::generic_category()});
  }
}

}  // namespace lehr::store
