#pragma once

#include <streambuf>

#include "lehr/core/descriptor_buffer.hpp"

namespace lehr::cli {

/// Makes the standard streams safe to use, during its lifetime:
///
/// * If a reader closes its end, writes fail and do not kill the process (SIGPIPE). The same holds
///   for writes beyond a limit on the size of files (SIGXFSZ).
/// * A closed stream is connected to /dev/null. Otherwise the next file that the process opens
///   would get its descriptor, and messages would be written into that file.
/// * std::cout remembers why it failed.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Flushes stdout. Throws Error with the system's reason if not everything could be written. It
  /// is no error if the reader closed its end.
  void finish();

 private:
  DescriptorBuffer out_;
  std::streambuf* before_;
};

}  // namespace lehr::cli
