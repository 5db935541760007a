#pragma once

#include <unistd.h>

#include <array>

#include "lehr/core/error.hpp"

namespace lehr::test {

/// Lets a forked child tell its parent that it has come so far, so that no test guesses how long that takes.
class Whistle {
 public:
  Whistle() {
    if (::pipe(ends_.data()) != 0) throw Error("no pipe");
  }
  ~Whistle() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Whistle(const Whistle&) = delete;
  Whistle& operator=(const Whistle&) = delete;

  /// In the child.
  void blow() const {
    const char sound = '!';
    if (::write(ends_[1], &sound, 1) != 1) ::_exit(1);
  }
  /// In the parent.
  void wait() const {
    char sound = 0;
    if (::read(ends_[0], &sound, 1) != 1) throw Error("the child said nothing");
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace lehr::test
