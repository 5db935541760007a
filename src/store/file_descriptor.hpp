#pragma once

#include <unistd.h>

#include <utility>

namespace lehr::store {

/// Owns a file descriptor and closes it in the destructor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  /// Gives the descriptor to the caller, who closes it.
  int release() { return std::exchange(descriptor_, -1); }
  /// Returns the result of ::close: 0, or -1 with errno set. Further calls do nothing.
  int close() {
    const int closing = std::exchange(descriptor_, -1);
    return closing < 0 ? 0 : ::close(closing);
  }

 private:
  int descriptor_;
};

}  // namespace lehr::store
