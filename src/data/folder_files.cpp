#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "data/picture_files.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

constexpr std::size_t deepest_folder = 100;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// The entries of a folder.
class OpenFolder {
 public:
  explicit OpenFolder(std::filesystem::path path)
      : path_(std::move(path)), folder_(::opendir(path_.c_str())) {
    if (!folder_) fail(errno);
    struct stat found {};
    if (::fstat(::dirfd(folder_.get()), &found) != 0) fail(errno);
    identity_ = {found.st_dev, found.st_ino};
  }

  /// Equal for one folder under two names.
  const std::pair<dev_t, ino_t>& identity() const { return identity_; }

  /// Null at the end.
  const dirent* next() const {
    errno = 0;
    const dirent* const entry = ::readdir(folder_.get());
    if (entry == nullptr && errno != 0) fail(errno);
    return entry;
  }

  /// DT_DIR, DT_REG or another type; that of the target if it is a link.
  int type_of(const dirent& entry) const {
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return entry.d_type;
    struct stat found {};
    // A link that leads nowhere counts as a file: reading it says what is wrong.
    if (::fstatat(::dirfd(folder_.get()), entry.d_name, &found, 0) != 0) return DT_REG;
    return IFTODT(found.st_mode);
  }

 private:
  [[noreturn]] void fail(int reason) const { throw_not_read(path_, reason); }

  std::filesystem::path path_;
  std::unique_ptr<DIR, CloseFolder> folder_;
  std::pair<dev_t, ino_t> identity_{};
};

class FolderFiles final : public FilesOnDisk {
 public:
  explicit FolderFiles(const std::filesystem::path& folder) : FilesOnDisk(folder) {
    std::string inside;
    list(inside);
    sort();
  }

 private:
  /// Adds the files of a folder and of the folders in it. `inside` is its path with a slash at the end, or
  /// empty; it is the same afterwards.
  void list(std::string& inside) {
    std::vector<std::string> folders;
    {
      const OpenFolder folder(place() / inside);
      if (std::find(above_.begin(), above_.end(), folder.identity()) != above_.end()) return;
      if (above_.size() == deepest_folder) {
        throw BadInput(fmt::format("{} is nested too deep: expected at most {} folders in each other",
                                   in_quotes(place() / inside), deepest_folder));
      }
      above_.push_back(folder.identity());
      if (!inside.empty()) add_folder(std::string_view(inside).substr(0, inside.size() - 1));
      list_files(folder, inside, folders);
    }
    const std::size_t length = inside.size();
    for (const std::string& name : folders) {
      inside += name;
      inside += '/';
      list(inside);
      inside.resize(length);
    }
    above_.pop_back();
  }

  void list_files(const OpenFolder& folder, std::string& inside, std::vector<std::string>& folders) {
    const std::size_t length = inside.size();
    while (const dirent* const entry = folder.next()) {
      if (entry->d_name[0] == '.') continue;
      const int type = folder.type_of(*entry);
      if (type == DT_DIR) folders.emplace_back(entry->d_name);
      if (type != DT_REG) continue;
      inside += entry->d_name;
      add(inside);
      inside.resize(length);
    }
  }

  std::vector<std::pair<dev_t, ino_t>> above_;  ///< the folder that is being listed and those that hold it
};

}  // namespace

std::shared_ptr<const PictureFiles> files_of_folder(const std::filesystem::path& folder) {
  return std::make_shared<FolderFiles>(folder);
}

}  // namespace lehr::data
