#include "standard_streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <system_error>

#include "lehr/core/error.hpp"

namespace lehr::cli {
namespace {

// open() returns the lowest free descriptor. That is the one of the closed stream, because all
// lower ones are open.
void open_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    if (open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) return;
  }
}

bool is_device(int stream) {
  struct stat status {};
  return fstat(stream, &status) == 0 && S_ISCHR(status.st_mode);
}

/// Called in a member initialiser, because it must run before std::cout gets its buffer.
int prepared_stdout() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  open_closed_streams();
  return STDOUT_FILENO;
}

}  // namespace

StandardStreams::StandardStreams() : out_(prepared_stdout()), before_(std::cout.rdbuf(&out_)) {}

StandardStreams::~StandardStreams() {
  std::cout.flush();
  std::cout.rdbuf(before_);
}

void StandardStreams::finish() {
  std::cout.flush();
  const int failure = out_.failure();
  if (failure == 0 || failure == EPIPE) return;
  if (failure == EIO && is_device(STDOUT_FILENO)) return;  // the terminal was closed
  throw Error("standard output cannot be written: " + std::generic_category().message(failure));
}

}  // namespace lehr::cli
