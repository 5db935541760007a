#pragma once

#include <unistd.h>

#include <array>

#include "lehr/core/error.hpp"

namespace lehr::test {

/// Lets a forked child signal to its parent that it has reached a point, so that no test depends on time.
class ChildSignal {
 public:
  ChildSignal() {
    if (::pipe(ends_.data()) != 0) throw Error("no pipe");
  }
  ~ChildSignal() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  ChildSignal(const ChildSignal&) = delete;
  ChildSignal& operator=(const ChildSignal&) = delete;

  /// Called in the child.
  void send() const {
    const char byte = '!';
    if (::write(ends_[1], &byte, 1) != 1) ::_exit(1);
  }
  /// Called in the parent.
  void wait() const {
    char byte = 0;
    if (::read(ends_[0], &byte, 1) != 1) throw Error("the child said nothing");
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace lehr::test
