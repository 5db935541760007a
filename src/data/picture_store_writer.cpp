#include "data/picture_store_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lehr/core/disk_error.hpp"

namespace lehr::data {
namespace {

std::filesystem::path part_of(std::filesystem::path file) { return file += ".part"; }

/// Whether the name still means the open file: another process may have renamed it before this one locked it.
bool is_named(int descriptor, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

template <class Value>
std::span<const std::uint8_t> bytes_of(std::span<const Value> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

}  // namespace

std::unique_ptr<PictureStoreWriter> PictureStoreWriter::begin(const std::filesystem::path& file,
                                                              std::uint64_t most_bytes) {
  const std::filesystem::path part = part_of(file);
  const int descriptor = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw_not_written(part, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !is_named(descriptor, part)) {
    ::close(descriptor);
    return nullptr;
  }
  if (::ftruncate(descriptor, 0) != 0) {
    const int reason = errno;
    ::close(descriptor);
    throw_not_written(part, reason);
  }
  return std::unique_ptr<PictureStoreWriter>(new PictureStoreWriter(file, descriptor, most_bytes));
}

PictureStoreWriter::PictureStoreWriter(std::filesystem::path file, int descriptor, std::uint64_t most_bytes)
    : file_(std::move(file)), part_(part_of(file_)), descriptor_(descriptor), most_bytes_(most_bytes) {}

PictureStoreWriter::~PictureStoreWriter() {
  if (!committed_) ::unlink(part_.c_str());
  ::close(descriptor_);  // which ends the lock
}

bool PictureStoreWriter::is_open() const {
  const std::lock_guard lock(mutex_);
  return !full_ && failure_ == 0;
}

bool PictureStoreWriter::reserve(StoredPicture& picture) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t list = (pictures_.size() + 1) * sizeof(StoredPicture);
  full_ = full_ || next_ + picture.bytes() + list > most_bytes_;
  if (full_ || failure_ != 0) return false;
  picture.offset = next_;
  next_ += picture.bytes();
  pictures_.push_back(picture);
  return true;
}

bool PictureStoreWriter::add(std::uint64_t identity, const Image& picture) {
  StoredPicture stored{.identity = identity,
                       .hash = hash_of_pixels(picture.pixels),
                       .width = static_cast<std::uint32_t>(picture.width),
                       .height = static_cast<std::uint32_t>(picture.height),
                       .channels = static_cast<std::uint32_t>(picture.channels),
                       .bits = static_cast<std::uint32_t>(picture.bits)};
  return reserve(stored) && write(stored.offset, picture.pixels);
}

bool PictureStoreWriter::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      const std::lock_guard lock(mutex_);
      failure_ = done < 0 ? errno : ENOSPC;
      return false;
    }
    offset += static_cast<std::uint64_t>(done);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

void PictureStoreWriter::commit(std::uint64_t wanted) {
  std::ranges::sort(pictures_, {}, &StoredPicture::identity);
  StoreHeader header{
      .magic = store_magic, .version = store_version, .pictures = pictures_.size(), .wanted = wanted};
  header.file_bytes = next_ + pictures_.size() * sizeof(StoredPicture);
  header.limit = full_ ? std::max<std::uint64_t>(1, most_bytes_) : 0;
  header.hash = hash_of_store(header, pictures_);
  const bool written = failure_ == 0 && write(next_, bytes_of(std::span<const StoredPicture>(pictures_))) &&
                       write(0, bytes_of(std::span<const StoreHeader>(&header, 1)));
  if (!written) throw_not_written(file_, failure_);
  if (::rename(part_.c_str(), file_.c_str()) != 0) throw_not_written(file_, errno);
  committed_ = true;
}

}  // namespace lehr::data
