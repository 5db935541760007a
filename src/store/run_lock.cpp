#include "lehr/store/run_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "store/file_descriptor.hpp"
#include "store/process_mark.hpp"

namespace lehr::store {
namespace fs = std::filesystem;
namespace {

fs::path lock_file(const fs::path& folder) { return folder / "lock"; }

/// A lock on the whole file. It belongs to the open file description, so two locks in one process exclude
/// each other too.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[noreturn]] void refuse(const fs::path& folder, LockedFor what) {
  std::ifstream file(lock_file(folder));
  ProcessMark holder;
  file >> holder.process >> holder.host;
  std::string by = "another process";
  if (file) by = "process " + std::to_string(holder.process);
  const std::string host = holder.host.substr(0, holder.host.find('/'));
  if (file && !ProcessMark::mine().host.starts_with(host + "/")) by += " of " + printable(host, 60);
  if (what == LockedFor::study) {
    throw BadInput(in_quotes(folder) + ": " + by +
                   " is running this study; the same command goes on once that has ended");
  }
  throw BadInput(in_quotes(folder) + ": this run is being trained by " + by +
                 "; it can be resumed once that has ended");
}

// Writes the process that holds the lock, for people only. If the disk is full, the file stays empty.
void write_holder(int descriptor) {
  const ProcessMark mine = ProcessMark::mine();
  const std::string text = std::to_string(mine.process) + " " + mine.host + "\n";
  if (::ftruncate(descriptor, 0) != 0) return;
  [[maybe_unused]] const auto written = ::pwrite(descriptor, text.data(), text.size(), 0);
}

/// Whether the last holder has removed the file since it was opened.
bool was_removed(int descriptor) {
  struct stat opened {};
  return ::fstat(descriptor, &opened) == 0 && opened.st_nlink == 0;
}

int open_to_lock(const fs::path& file) {
  int descriptor = -1;
  do {
    descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

bool is_held(int failure) { return failure == EAGAIN || failure == EACCES; }

}  // namespace

RunLock::RunLock(const fs::path& folder, LockedFor what) : file_(lock_file(folder)) {
  if (folder.empty()) throw BadInput("a run to lock needs a folder, found an empty name");
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = open_to_lock(file_);
    if (descriptor_ < 0) throw_not_written(file_, errno);
    struct flock lock = whole_file();
    if (::fcntl(descriptor_, F_OFD_SETLK, &lock) != 0 && is_held(errno)) {
      ::close(descriptor_);
      refuse(folder, what);
    }
  } while (was_removed(descriptor_));
  write_holder(descriptor_);
}

RunLock::~RunLock() {
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

bool is_locked(const fs::path& folder) {
  const FileDescriptor file(::open(lock_file(folder).c_str(), O_RDONLY | O_CLOEXEC));
  struct flock lock = whole_file();
  return file.is_open() && ::fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace lehr::store
