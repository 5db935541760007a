#include "lehr/store/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include "lehr/core/descriptor_buffer.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/made_folders.hpp"
#include "store/file_descriptor.hpp"
#include "store/flush.hpp"

namespace lehr::store {
namespace fs = std::filesystem;
namespace {

// The parent of "name" is the current folder.
fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Makes the missing folders of a file.
void make_folders(std::optional<MadeFolders>& made, const fs::path& folder, const fs::path& file) {
  try {
    made.emplace(folder);
  } catch (const fs::filesystem_error& error) {
    throw_not_written(file, error.code().value());
  }
}

/// A file with a unique temporary name, which is removed unless it was renamed.
class TemporaryFile {
 public:
  TemporaryFile(const fs::path& folder, const fs::path& file) : file_(file), descriptor_(create(folder)) {}
  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void fill(const std::function<void(std::ostream&)>& write) {
    DescriptorBuffer buffer(descriptor_.get());
    std::ostream stream(&buffer);
    write(stream);
    stream.flush();
    if (buffer.failure() != 0) throw_not_written(file_, buffer.failure());
    if (!stream) throw Error(in_quotes(file_) + ": what should write it failed");
    if (const int failure = flush(descriptor_.get()); failure != 0) throw_not_written(file_, failure);
    if (descriptor_.close() != 0) throw_not_written(file_, errno);
  }
  void rename_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) throw_not_written(file_, errno);
    renamed_ = true;
  }

 private:
  int create(const fs::path& folder) {
    static std::atomic<unsigned> made{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
      const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
      path_ = folder / (".lehr-" + std::to_string(::getpid()) + "-" + std::to_string(made++) + "-" +
                        std::to_string(now) + ".tmp");
      const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor >= 0) return descriptor;
      if (errno != EEXIST) throw_not_written(file_, errno);
    }
    throw_not_written(file_, EEXIST);
  }

  const fs::path& file_;
  fs::path path_;
  FileDescriptor descriptor_;
  bool renamed_ = false;
};

/// The file to write: the target of a symbolic link, so that the link stays. Throws for folders and devices,
/// because a rename would replace them.
fs::path target_of(const fs::path& file) {
  if (file.empty()) throw BadInput("a file to write needs a name, found an empty one");
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::none) throw_not_written(file, error.value());
  if (fs::is_directory(status)) throw_not_written(file, EISDIR);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw BadInput(in_quotes(file) + ": cannot be written: expected a regular file, found a device or pipe");
  }
  // A rename would replace even a file without write permission.
  if (fs::exists(status) && ::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0)
    throw_not_written(file, errno);
  fs::path target = fs::is_symlink(fs::symlink_status(file, error)) ? file_behind(file) : file;
  if (!target.has_filename()) throw_not_written(file, EISDIR);
  return target;
}

void write_once(const fs::path& file, const fs::path& target,
                const std::function<void(std::ostream&)>& write) {
  const fs::path folder = folder_of(target);
  std::optional<MadeFolders> folders;
  make_folders(folders, folder, file);
  {
    TemporaryFile temporary(folder, file);
    temporary.fill(write);
    temporary.rename_to(target);
  }
  folders->keep();
  if (const int failure = flush_folder(folder); failure != 0) throw_not_written(file, failure);
}

/// True if the folder was removed or moved while a file was written to it.
bool is_gone(const fs::path& folder) {
  std::error_code ignored;
  return fs::status(folder, ignored).type() == fs::file_type::not_found;
}

}  // namespace

// weakly_canonical stops at a link to a file that does not exist yet.
fs::path file_behind(const fs::path& path) {
  constexpr int most_links = 40;  // Linux's limit
  std::error_code error;
  fs::path file = fs::absolute(path);
  for (int links = 0; fs::is_symlink(fs::symlink_status(file, error)); ++links) {
    if (links == most_links) throw_not_written(path, ELOOP);
    file = file.parent_path() / fs::read_symlink(file, error);  // an absolute target replaces the folder
    if (error) throw_not_written(path, error.value());
  }
  fs::path whole = fs::weakly_canonical(file, error);
  if (error) throw_not_written(path, error.value());
  return whole;
}

void check_file_can_be_written(const fs::path& file) {
  const fs::path target = target_of(file);
  const fs::path folder = folder_of(target);
  std::optional<MadeFolders> folders;
  make_folders(folders, folder, file);
  const TemporaryFile temporary(folder, file);
}

void write_file_atomically(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  if (!write) throw BadInput(in_quotes(file) + ": a function that writes the file was expected, found none");
  const fs::path target = target_of(file);
  try {
    write_once(file, target, write);
  } catch (const Error&) {
    if (!is_gone(folder_of(target))) throw;
    write_once(file, target, write);
  }
}

void sync_folder(const fs::path& folder) {
  if (const int failure = flush_folder(folder); failure != 0) throw_not_written(folder, failure);
}

}  // namespace lehr::store
