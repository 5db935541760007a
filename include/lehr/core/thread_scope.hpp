#pragma once

namespace lehr {

/// Fixes threads() for the calling thread while it lives; other threads see nothing of it. Scopes nest.
class ThreadScope {
 public:
  /// 0 keeps the present count, and so shields the scope from set_threads. Throws BadInput unless 0 <= count
  /// <= 1024.
  explicit ThreadScope(int count);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace lehr
