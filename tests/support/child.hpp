#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace lehr::test {

/// Seconds after which a hanging child is ended by a signal.
constexpr unsigned child_patience = 120;

/// Runs body() in a forked child and returns its result; 255 if it throws, 256 + the signal's number if a
/// signal ended the child.
template <class Body>
int status_of_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(child_patience);
    try {
      _exit(body());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(255);
    }
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

}  // namespace lehr::test
