// Calls on names.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "journal.hpp"
#include "next.hpp"
#include "plan.hpp"
#include "watch.hpp"

using faults::failure;
using faults::inject;
using faults::Kind;
namespace journal = faults::journal;

namespace {

int failed(int error) {
  errno = error;
  return -1;
}

/// Returns 0 if the call is to proceed.
int before_change(Kind kind, const char* path) {
  inject(Kind::crash, path);
  return failure(kind, path);
}

int move(int from, const char* path, int to, const char* new_path, unsigned flags) {
  if (!faults::is_watched(from, path)) {
    return static_cast<int>(syscall(SYS_renameat2, from, path, to, new_path, flags));
  }
  if (const int error = before_change(Kind::rename, path); error != 0) return failed(error);
  const int result = static_cast<int>(syscall(SYS_renameat2, from, path, to, new_path, flags));
  if (result == 0 && journal::on()) journal::moved(from, path, to, new_path);
  return result;
}

int make(int at, const char* path, mode_t mode) {
  if (!faults::is_watched(at, path)) return static_cast<int>(syscall(SYS_mkdirat, at, path, mode));
  if (const int error = before_change(Kind::make, path); error != 0) return failed(error);
  const int result = static_cast<int>(syscall(SYS_mkdirat, at, path, mode));
  if (result == 0 && journal::on()) journal::made(at, path);
  return result;
}

int drop(int at, const char* path, int flags) {
  if (!faults::is_watched(at, path)) return static_cast<int>(syscall(SYS_unlinkat, at, path, flags));
  if (const int error = before_change(Kind::remove, path); error != 0) return failed(error);
  const int result = static_cast<int>(syscall(SYS_unlinkat, at, path, flags));
  if (result == 0 && journal::on()) journal::dropped(at, path);
  return result;
}

/// Whether a lookup of that path fails; errno is then set.
bool lookup_fails(int at, const char* path) {
  if (!faults::is_watched(at, path)) return false;
  const int error = failure(Kind::look, path);
  if (error != 0) errno = error;
  return error != 0;
}

}  // namespace

extern "C" {

int rename(const char* path, const char* new_path) noexcept {
  return move(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}
int renameat(int from, const char* path, int to, const char* new_path) noexcept {
  return move(from, path, to, new_path, 0);
}
int renameat2(int from, const char* path, int to, const char* new_path, unsigned flags) noexcept {
  return move(from, path, to, new_path, flags);
}

int mkdir(const char* path, mode_t mode) noexcept { return make(AT_FDCWD, path, mode); }
int mkdirat(int at, const char* path, mode_t mode) noexcept { return make(at, path, mode); }

int unlink(const char* path) noexcept { return drop(AT_FDCWD, path, 0); }
int unlinkat(int at, const char* path, int flags) noexcept { return drop(at, path, flags); }
int rmdir(const char* path) noexcept { return drop(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) noexcept {
  const int result = drop(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? drop(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

int access(const char* path, int mode) noexcept {
  if (lookup_fails(AT_FDCWD, path)) return -1;
  return static_cast<int>(syscall(SYS_faccessat, AT_FDCWD, path, mode));
}

using Stat = int(const char*, struct stat*);
using StatAt = int(int, const char*, struct stat*, int);

int stat(const char* path, struct stat* status) noexcept {
  static Stat* const real = faults::next<Stat>("stat");
  return lookup_fails(AT_FDCWD, path) ? -1 : real(path, status);
}
int lstat(const char* path, struct stat* status) noexcept {
  static Stat* const real = faults::next<Stat>("lstat");
  return lookup_fails(AT_FDCWD, path) ? -1 : real(path, status);
}
int fstatat(int at, const char* path, struct stat* status, int flags) noexcept {
  static StatAt* const real = faults::next<StatAt>("fstatat");
  return lookup_fails(at, path) ? -1 : real(at, path, status, flags);
}
// On 64-bit systems struct stat64 is the same as struct stat.
int stat64(const char* path, struct stat64* status) noexcept {
  return stat(path, reinterpret_cast<struct stat*>(status));
}
int lstat64(const char* path, struct stat64* status) noexcept {
  return lstat(path, reinterpret_cast<struct stat*>(status));
}
int fstatat64(int at, const char* path, struct stat64* status, int flags) noexcept {
  return fstatat(at, path, reinterpret_cast<struct stat*>(status), flags);
}

DIR* opendir(const char* path) {
  static auto* const real = faults::next<DIR*(const char*)>("opendir");
  if (faults::is_watched(AT_FDCWD, path)) {
    if (const int error = failure(Kind::open, path); error != 0) {
      errno = error;
      return nullptr;
    }
  }
  DIR* const folder = real(path);
  if (folder != nullptr && faults::is_watched(AT_FDCWD, path)) faults::watch(dirfd(folder));
  return folder;
}

// The folder was opened by descriptor, as in a walk through a tree.
struct dirent* readdir(DIR* folder) {
  static auto* const real = faults::next<struct dirent*(DIR*)>("readdir");
  if (faults::is_watched(dirfd(folder))) {
    if (const int error = failure(Kind::read, "readdir"); error != 0) {
      errno = error;
      return nullptr;
    }
  }
  return real(folder);
}

struct dirent64* readdir64(DIR* folder) {
  return reinterpret_cast<struct dirent64*>(readdir(folder));
}

int closedir(DIR* folder) {
  static auto* const real = faults::next<int(DIR*)>("closedir");
  faults::forget(dirfd(folder));
  return real(folder);
}
}
