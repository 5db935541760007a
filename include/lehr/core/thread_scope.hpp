#pragma once

namespace lehr {

/// Sets threads() for the calling thread during the object's lifetime. Other threads are not affected. Scopes
/// nest.
class ThreadScope {
 public:
  /// 0 keeps the current count, even if set_threads is called meanwhile. Throws BadInput unless
  /// 0 <= count <= 1024.
  explicit ThreadScope(int count);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace lehr
