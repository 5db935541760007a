#pragma once

#include <filesystem>

namespace lehr::store {

/// Holds a run's folder for one training, so that no other training writes there at the same time, from this
/// process or another. The system frees the folder when the process ends, however it ends. While it is held,
/// the folder contains a file `lock` that names the process.
///
/// A file system without locks (some network file systems) holds nothing.
class RunLock {
 public:
  /// Throws BadInput naming the process that holds the folder, if nothing can be written there, and if the
  /// folder's name is empty.
  explicit RunLock(const std::filesystem::path& folder);
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
