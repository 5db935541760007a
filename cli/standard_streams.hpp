#pragma once

#include <streambuf>

#include "lehr/core/descriptor_buffer.hpp"

namespace lehr::cli {

/// Makes the standard streams safe to use, for as long as it lives:
///
/// * A reader that goes away ends nothing. Writes fail instead of killing the process (SIGPIPE), and so do
/// writes
///   beyond a limit on the size of files (SIGXFSZ).
/// * A stream that is closed leads to /dev/null. Otherwise the next file that the process opens would get its
/// number,
///   and messages would be written into that file.
/// * std::cout remembers why it failed.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Writes what is left on stdout. Throws Error with the system's reason if stdout did not take everything;
  /// a reader that went away is no error.
  void finish();

 private:
  DescriptorBuffer out_;
  std::streambuf* before_;
};

}  // namespace lehr::cli
