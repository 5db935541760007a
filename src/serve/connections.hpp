#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>

namespace lehr::serve {

/// Serves each connection on a thread of its own, up to a number of them.
class Connections {
 public:
  /// `serve` gets a descriptor, which is closed afterwards. It must not throw.
  Connections(std::size_t most, std::function<void(int)> serve);
  /// Stops.
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Takes the descriptor and returns at once. If there are too many, the client gets status 503.
  void take(int descriptor);
  /// Shuts all connections down and waits for their threads. Further ones are refused.
  void stop();

 private:
  void finish(int descriptor);

  std::size_t most_;
  std::function<void(int)> serve_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::set<int> open_;
  bool stopped_ = false;
};

}  // namespace lehr::serve
