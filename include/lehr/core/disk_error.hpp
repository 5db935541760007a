#pragma once

#include <filesystem>

#include "lehr/core/error.hpp"

namespace lehr {

/// A file could not be read or written, for a reason other than its name: no space, a quota, a
/// limit on file sizes, a failing device, too many open files. The same call can succeed later. The
/// kind is `internal` (exit status 1).
class DiskError : public Error {
 public:
  explicit DiskError(const std::string& message) : Error(message) {}
};

/// True if the cause (an errno value) is the disk or a limit of the process or the system, and not the name
/// or the permissions of the file.
bool is_of_the_disk(int reason);

/// Throws the error that fits the cause (an errno value): DiskError, or BadInput if another file name would
/// work. The message is `"FILE": cannot be written: REASON`.
[[noreturn]] void throw_not_written(const std::filesystem::path& file, int reason);

/// As throw_not_written, for a file that cannot be read: `"FILE": cannot be read: REASON`.
[[noreturn]] void throw_not_read(const std::filesystem::path& file, int reason);

}  // namespace lehr
