#pragma once

#include <cstddef>
#include <cstdint>

/// Which calls fail. Everything here works without the heap, since the heap is one of the things that fail.
namespace faults {

/// What can go wrong. The names in LEHR_FAULT_KINDS are those of the enumerators.
enum class Kind : int {
  open,       ///< open, openat, opendir: EIO, EMFILE; ENOSPC if the call would create the file
  read,       ///< read, pread, readv, readdir: EIO
  write,      ///< write, pwrite, writev: EIO, ENOSPC
  partial,    ///< read and write transfer fewer bytes than asked for
  interrupt,  ///< read and write fail with EINTR, as if a signal had arrived
  sync,       ///< fsync, fdatasync: EIO, ENOSPC
  rename,     ///< rename: EIO, ENOSPC
  make,       ///< mkdir: EIO, ENOSPC
  remove,     ///< unlink, rmdir: EIO
  resize,     ///< ftruncate, fallocate: EIO, ENOSPC
  look,       ///< stat, access: EIO
  map,        ///< mmap: ENOMEM
  memory,     ///< malloc and its relatives: ENOMEM
  lock,       ///< locking part of a file with fcntl: EIO, ENOLCK
  thread,     ///< pthread_create: EAGAIN
  crash,      ///< the process ends at once, before a call that touches a file
};
constexpr int kinds = 16;

/// Counts one call of that kind by this thread, and says whether it is to fail.
bool strikes(Kind kind, const char* where);
/// strikes(), and the errno value of the failure; 0 if the call shall go on.
int failure(Kind kind, const char* where, bool creates = false);
/// A number below `bound`, from the plan's random stream.
std::size_t random_below(std::size_t bound);

/// The folder whose files are watched, and the folder of the journal; empty if not set.
const char* root();
const char* journal_folder();

/// A planted fault of the program under test: its fsync does nothing, or it ignores failed writes.
bool lies_about_sync();
bool lies_about_write();

/// From here on calls are counted and can fail: main begins. And until here: main has ended.
void arm();
void disarm();
bool armed();

/// While it lives, calls of this thread are the injector's own.
class Aside {
 public:
  Aside();
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  bool before_;
};
bool is_aside();

}  // namespace faults
