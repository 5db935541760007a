#pragma once

#include <filesystem>

#include "lehr/core/error.hpp"

namespace lehr {

/// A file could not be read or written, and that is not the fault of its name: no space, a quota, a limit on
/// the size of files, a device that fails, too many open files. The same call can succeed later. Its kind is
/// `internal`, exit status 1.
class DiskError : public Error {
 public:
  explicit DiskError(const std::string& message) : Error(message) {}
};

/// True if the reason (an errno value) lies with the disk or with the limits of the process and the system,
/// and not with the name or the permissions of a file.
bool is_of_the_disk(int reason);

/// Throws what fits the reason (an errno value): DiskError, or BadInput if another file name would work. The
/// message is `"FILE": cannot be written: REASON`.
[[noreturn]] void throw_not_written(const std::filesystem::path& file, int reason);

/// The same for a file that cannot be read: `"FILE": cannot be read: REASON`.
[[noreturn]] void throw_not_read(const std::filesystem::path& file, int reason);

}  // namespace lehr
