#pragma once

#include <filesystem>

namespace lehr::store {

/// What a folder belongs to, for messages.
enum class LockedFor { run, study };

/// Locks a run's folder for one training, or a study's for one process, so that no other training of this or another process writes there
/// at the same time. The system releases the lock when the process ends for any reason. While it is locked,
/// the folder contains a file `lock` that names the process.
///
/// On file systems without locks (some network file systems) this has no effect.
class RunLock {
 public:
  /// Throws BadInput if another process holds the lock (the message names it), if the folder is not writable,
  /// or if its name is empty.
  explicit RunLock(const std::filesystem::path& folder, LockedFor what = LockedFor::run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

/// Whether a RunLock holds the folder now.
bool is_locked(const std::filesystem::path& folder);

}  // namespace lehr::store
