// Calls on open files.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "journal.hpp"
#include "plan.hpp"
#include "watch.hpp"

using faults::failure;
using faults::inject;
using faults::Kind;

namespace {

int failed(int error) {
  errno = error;
  return -1;
}

int open_watched(int at, const char* path, int flags, mode_t mode) {
  if (!faults::is_watched(at, path)) {
    return static_cast<int>(syscall(SYS_openat, at, path, flags, mode));
  }
  inject(Kind::crash, path);
  const bool creates = (flags & O_CREAT) != 0 && !faults::journal::exists(at, path);
  if (const int error = failure(Kind::open, path, creates); error != 0) return failed(error);
  const int descriptor = static_cast<int>(syscall(SYS_openat, at, path, flags, mode));
  if (descriptor < 0) return descriptor;
  faults::watch(descriptor);
  if (creates && faults::journal::on()) faults::journal::made(at, path);
  return descriptor;
}

/// Decides a transfer of `bytes` bytes: returns a negative error, or the number of bytes to request.
ssize_t transfer(Kind kind, int descriptor, std::size_t bytes, const char* call) {
  if (!faults::is_watched(descriptor)) return static_cast<ssize_t>(bytes);
  if (kind == Kind::write) inject(Kind::crash, call);
  if (const int error = failure(kind, call); error != 0) return -error;
  if (failure(Kind::interrupt, call) != 0) return -EINTR;
  if (bytes > 1 && inject(Kind::partial, call)) {
    return static_cast<ssize_t>(1 + faults::random_below(bytes - 1));
  }
  return static_cast<ssize_t>(bytes);
}

/// The result of a failed write. A program that ignores the failure continues as if everything had been
/// written.
ssize_t failed_write(ssize_t error, std::size_t bytes) {
  if (error != -EINTR && faults::ignores_failed_writes()) return static_cast<ssize_t>(bytes);
  return failed(static_cast<int>(-error));
}

std::size_t bytes_of(const iovec* parts, int count) {
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return bytes;
}

// Does not wait for the disk, because a simulated crash loses nothing there.
int flush(int descriptor, const char* call) {
  if (!faults::is_watched(descriptor)) return 0;
  inject(Kind::crash, call);
  if (const int error = failure(Kind::sync, call); error != 0) return failed(error);
  if (faults::journal::on() && !faults::skips_sync()) faults::journal::flushed(descriptor);
  return 0;
}

int resize(int descriptor, off_t length, const char* call) {
  if (faults::is_watched(descriptor)) {
    inject(Kind::crash, call);
    if (const int error = failure(Kind::resize, call); error != 0) return failed(error);
  }
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, length));
}

mode_t mode_in(int flags, va_list values) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(values, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  const mode_t mode = mode_in(flags, values);
  va_end(values);
  return open_watched(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  const mode_t mode = mode_in(flags, values);
  va_end(values);
  return open_watched(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char* path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  const mode_t mode = mode_in(flags, values);
  va_end(values);
  return open_watched(at, path, flags, mode);
}

int openat64(int at, const char* path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  const mode_t mode = mode_in(flags, values);
  va_end(values);
  return open_watched(at, path, flags, mode);
}

int close(int descriptor) {
  faults::forget(descriptor);
  return static_cast<int>(syscall(SYS_close, descriptor));
}

ssize_t read(int descriptor, void* bytes, std::size_t count) {
  const ssize_t some = transfer(Kind::read, descriptor, count, "read");
  return some < 0 ? failed(static_cast<int>(-some)) : syscall(SYS_read, descriptor, bytes, some);
}

ssize_t pread(int descriptor, void* bytes, std::size_t count, off_t offset) {
  const ssize_t some = transfer(Kind::read, descriptor, count, "pread");
  return some < 0 ? failed(static_cast<int>(-some)) : syscall(SYS_pread64, descriptor, bytes, some, offset);
}

ssize_t pread64(int descriptor, void* bytes, std::size_t count, off64_t offset) {
  return pread(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
  const ssize_t some = transfer(Kind::write, descriptor, count, "write");
  return some < 0 ? failed_write(some, count) : syscall(SYS_write, descriptor, bytes, some);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset) {
  const ssize_t some = transfer(Kind::write, descriptor, count, "pwrite");
  return some < 0 ? failed_write(some, count) : syscall(SYS_pwrite64, descriptor, bytes, some, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, std::size_t count, off64_t offset) {
  return pwrite(descriptor, bytes, count, offset);
}

ssize_t readv(int descriptor, const iovec* parts, int count) {
  const ssize_t some = transfer(Kind::read, descriptor, bytes_of(parts, count), "readv");
  return some < 0 ? failed(static_cast<int>(-some)) : syscall(SYS_readv, descriptor, parts, count);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  const std::size_t all = bytes_of(parts, count);
  const ssize_t some = transfer(Kind::write, descriptor, all, "writev");
  if (some < 0) return failed_write(some, all);
  if (static_cast<std::size_t>(some) < all) {  // a short transfer: only the first part
    return syscall(SYS_write, descriptor, parts[0].iov_base, parts[0].iov_len);
  }
  return syscall(SYS_writev, descriptor, parts, count);
}

// Every argument of an fcntl command fits into a pointer.
int fcntl(int descriptor, int command, ...) {
  va_list values;
  va_start(values, command);
  void* argument = va_arg(values, void*);
  va_end(values);
  const bool locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK;
  if (locks && static_cast<flock*>(argument)->l_type != F_UNLCK && faults::is_watched(descriptor)) {
    if (const int error = failure(Kind::lock, "fcntl"); error != 0) return failed(error);
  }
  return static_cast<int>(syscall(SYS_fcntl, descriptor, command, argument));
}

int fcntl64(int descriptor, int command, ...) {
  va_list values;
  va_start(values, command);
  void* argument = va_arg(values, void*);
  va_end(values);
  return fcntl(descriptor, command, argument);
}

int fsync(int descriptor) { return flush(descriptor, "fsync"); }
int fdatasync(int descriptor) { return flush(descriptor, "fdatasync"); }
int syncfs(int descriptor) noexcept { return flush(descriptor, "syncfs"); }

int ftruncate(int descriptor, off_t length) noexcept { return resize(descriptor, length, "ftruncate"); }
int ftruncate64(int descriptor, off64_t length) noexcept { return resize(descriptor, length, "ftruncate"); }

int posix_fallocate(int descriptor, off_t offset, off_t length) {
  if (faults::is_watched(descriptor)) {
    if (const int error = failure(Kind::resize, "posix_fallocate"); error != 0) return error;
  }
  return syscall(SYS_fallocate, descriptor, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
  return posix_fallocate(descriptor, offset, length);
}
}
