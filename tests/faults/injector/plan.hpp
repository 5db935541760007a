#pragma once

#include <cstddef>
#include <cstdint>

/// Decides which calls fail. This code does not use the heap, because heap calls can fail too.
namespace faults {

/// Kinds of faults. LEHR_FAULT_KINDS uses the names of the enumerators.
enum class Kind : int {
  open,       ///< open, openat, opendir: EIO, EMFILE; ENOSPC if the call would create the file
  read,       ///< read, pread, readv, readdir: EIO
  write,      ///< write, pwrite, writev: EIO, ENOSPC
  partial,    ///< read and write transfer fewer bytes than requested
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

/// Counts one call of that kind by this thread. Returns whether it is to fail. If a Kind::crash is to happen,
/// it ends the process.
bool inject(Kind kind, const char* where);
/// Like inject(), but returns the errno value of the failure; 0 if the call is to proceed.
int failure(Kind kind, const char* where, bool creates = false);
/// A random number below `bound`, from the plan's stream.
std::size_t random_below(std::size_t bound);

/// The folder whose files are watched, and the folder of the journal; empty if not set.
const char* root();
const char* journal_folder();

/// Simulated defects of the program under test: fsync does nothing; failed writes are ignored.
bool skips_sync();
bool ignores_failed_writes();

/// arm() is called when main begins: from then on calls are counted and can fail. disarm() is called when
/// main has ended.
void arm();
void disarm();
bool armed();

/// During its lifetime calls of this thread belong to the injector and are not counted.
class InjectorScope {
 public:
  InjectorScope();
  ~InjectorScope();
  InjectorScope(const InjectorScope&) = delete;
  InjectorScope& operator=(const InjectorScope&) = delete;

 private:
  bool before_;
};
bool in_injector();

}  // namespace faults
