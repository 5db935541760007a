#include "journal.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "plan.hpp"

namespace faults::journal {
namespace {

struct Known {
  dev_t device;
  ino_t inode;
};
std::array<Known, 8192> known{};  // the index is the number; the last entry of an inode is valid
std::size_t count = 0;
std::size_t copies = 0;
int file = -1;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/// Writes one entry at a time; its own calls are not watched.
class Entry {
 public:
  Entry() { pthread_mutex_lock(&mutex); }
  ~Entry() { pthread_mutex_unlock(&mutex); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  InjectorScope scope_;
};

using Path = std::array<char, 4096>;

void line(const char* format, ...) {
  Path name{};
  if (file < 0) {
    std::snprintf(name.data(), name.size(), "%s/journal", journal_folder());
    file = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, name.data(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  va_list values;
  va_start(values, format);
  std::vsnprintf(name.data(), name.size(), format, values);
  va_end(values);
  syscall(SYS_write, file, name.data(), std::strlen(name.data()));
}

std::size_t new_number(const struct stat& status) {
  if (count < known.size()) known[count] = {status.st_dev, status.st_ino};
  return count++;
}

/// The absolute path.
Path whole(int at, const char* path) {
  Path result{};
  if (path[0] == '/') {
    std::snprintf(result.data(), result.size(), "%s", path);
    return result;
  }
  Path folder{};
  Path link{};
  std::snprintf(link.data(), link.size(), at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
  syscall(SYS_readlinkat, AT_FDCWD, link.data(), folder.data(), folder.size() - 1);
  std::snprintf(result.data(), result.size(), "%.2000s/%.2000s", folder.data(), path);
  return result;
}

std::size_t number_of(const struct stat& status, const char* path) {
  for (std::size_t i = count < known.size() ? count : known.size(); i-- > 0;) {
    if (known[i].device == status.st_dev && known[i].inode == status.st_ino) return i;
  }
  const std::size_t number = new_number(status);
  line("known %zu %s\n", number, path);
  return number;
}

/// A path split into its folder, with the folder's number, and its last part.
struct Place {
  Path path;
  std::size_t folder = 0;
  const char* name = "";

  Place(int at, const char* given) : path(whole(at, given)) {
    char* slash = std::strrchr(path.data(), '/');
    *slash = '\0';
    name = slash + 1;
    struct stat status {};
    if (fstatat(AT_FDCWD, path[0] == '\0' ? "/" : path.data(), &status, 0) == 0) {
      folder = number_of(status, path.data());
    }
  }
};

void copy_bytes(int descriptor) {
  Path from{};
  Path to{};
  std::snprintf(from.data(), from.size(), "/proc/self/fd/%d", descriptor);
  std::snprintf(to.data(), to.size(), "%s/%zu", journal_folder(), copies);
  const int in = static_cast<int>(syscall(SYS_openat, AT_FDCWD, from.data(), O_RDONLY | O_CLOEXEC));
  const int out = static_cast<int>(
      syscall(SYS_openat, AT_FDCWD, to.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  while (sendfile(out, in, nullptr, 1 << 20) > 0) {
  }
  syscall(SYS_close, in);
  syscall(SYS_close, out);
}

}  // namespace

bool on() { return *journal_folder() != '\0' && armed() && !in_injector(); }

bool exists(int at, const char* path) {
  const InjectorScope scope;
  struct stat status {};
  return fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

void made(int at, const char* path) {
  const Entry entry;
  const Place place(at, path);
  struct stat status {};
  if (fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  line("make %c %zu %zu %s\n", S_ISDIR(status.st_mode) ? 'd' : 'f', place.folder, new_number(status),
       place.name);
}

void moved(int from, const char* path, int to, const char* new_path) {
  const Entry entry;
  const Place old(from, path);
  const Place place(to, new_path);
  line("move %zu %zu %s/%s\n", old.folder, place.folder, old.name, place.name);
}

void dropped(int at, const char* path) {
  const Entry entry;
  const Place place(at, path);
  line("drop %zu %s\n", place.folder, place.name);
}

void flushed(int descriptor) {
  const Entry entry;
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return;
  Path link{};
  Path path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size() - 1);
  const std::size_t number = number_of(status, path.data());
  if (S_ISDIR(status.st_mode)) {
    line("sync %zu\n", number);
  } else if (S_ISREG(status.st_mode)) {
    copy_bytes(descriptor);
    line("copy %zu %zu\n", number, copies++);
  }
}

}  // namespace faults::journal
