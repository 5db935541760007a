#include "data/staging_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

namespace fs = std::filesystem;

/// Calls `sync` on an open descriptor of the folder; returns errno or 0.
int sync_folder(const fs::path& folder, int (*sync)(int)) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int failure = sync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return failure;
}

/// A new file being written. Keeps the first failure, an errno value.
class NewFile {
 public:
  explicit NewFile(const fs::path& file)
      : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)),
        failure_(descriptor_ < 0 ? errno : 0) {}
  ~NewFile() { close(); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty() && failure_ == 0) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        failure_ = errno;
      }
    }
  }
  void close() {
    if (descriptor_ < 0) return;
    if (::close(descriptor_) != 0 && failure_ == 0) failure_ = errno;
    descriptor_ = -1;
  }
  int failure() const { return failure_; }

 private:
  int descriptor_;
  int failure_;
};

}  // namespace

StagingFolder::StagingFolder(const fs::path& target) {
  if (target.empty()) throw BadInput("the output folder has no name");
  std::error_code error;
  target_ = fs::weakly_canonical(fs::absolute(target), error);
  if (error) throw_not_written(target, error.value());
  if (!target_.has_filename()) target_ = target_.parent_path();
  const fs::file_status status = fs::status(target_, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw BadInput("the output folder " + in_quotes(target) + " exists and is not a folder");
  }
  if (fs::exists(status) && !fs::is_empty(target_, error)) {
    throw BadInput("the output folder " + in_quotes(target) + " exists and is not empty" +
                   (error ? ": " + error.message() : std::string()));
  }
  try {
    make_parents();
    make_sibling();
  } catch (...) {
    discard();
    throw;
  }
}

StagingFolder::~StagingFolder() {
  if (!committed_) discard();
}

void StagingFolder::make_parents() {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path parent = target_.parent_path(); !fs::exists(fs::status(parent, ignored));
       parent = parent.parent_path()) {
    if (parent == parent.parent_path()) break;
    missing.push_back(parent);
  }
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
    if (::mkdir(parent->c_str(), 0777) != 0) throw_not_written(*parent, errno);
    made_parents_.push_back(*parent);
  }
}

void StagingFolder::make_sibling() {
  const std::string stem = fmt::format(".{}.partial-{}-", target_.filename().string(), ::getpid());
  constexpr int attempts = 1000;
  for (int i = 0; i < attempts; ++i) {
    const fs::path sibling = target_.parent_path() / fmt::format("{}{}", stem, i);
    if (::mkdir(sibling.c_str(), 0777) == 0) {
      folder_ = sibling;
      return;
    }
    if (errno != EEXIST) throw_not_written(target_, errno);
  }
  throw_not_written(target_, EEXIST);
}

void StagingFolder::discard() noexcept {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
  // Removes only empty folders: what others put there meanwhile stays.
  for (auto parent = made_parents_.rbegin(); parent != made_parents_.rend(); ++parent) {
    ::rmdir(parent->c_str());
  }
}

void StagingFolder::make_folder(const fs::path& relative) const {
  std::error_code error;
  fs::create_directories(folder_ / relative, error);
  if (error) throw_not_written(target_ / relative, error.value());
}

void StagingFolder::write_file(const fs::path& relative, std::span<const std::uint8_t> bytes) const {
  write_file(relative, [&] { return std::exchange(bytes, {}); });
}

void StagingFolder::write_file(const fs::path& relative, const NextPiece& next) const {
  NewFile file(folder_ / relative);
  for (auto piece = next(); !piece.empty() && file.failure() == 0; piece = next()) file.write(piece);
  file.close();
  if (file.failure() != 0) throw_not_written(target_ / relative, file.failure());
}

void StagingFolder::commit() {
  // Uses one call for the whole file system, because an fsync for each of thousands of small files
  // takes minutes.
  if (const int failure = sync_folder(folder_, ::syncfs); failure != 0) throw_not_written(target_, failure);
  if (std::rename(folder_.c_str(), target_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) {
      throw BadInput("the output folder " + in_quotes(target_) + " exists and is not empty");
    }
    throw_not_written(target_, errno);
  }
  committed_ = true;
  if (const int failure = sync_folder(target_.parent_path(), ::fsync); failure != 0)
    throw_not_written(target_, failure);
}

}  // namespace lehr::data
